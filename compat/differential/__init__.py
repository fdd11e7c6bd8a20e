"""The differential test: the same requests to DMQ and to Apache Kafka, and the answers compared field by field."""
