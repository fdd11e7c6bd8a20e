// Writes the records of tests/golden/kafka-4.4 into a running broker, and describes what a consumer then reads.
// Every timestamp, key and value is fixed. Run by make_directory.py, which restarts the broker between the phases.
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

public class GoldenDirectory {
    static final long T0 = 1_700_000_000_000L;
    static String servers;

    public static void main(String[] args) throws Exception {
        servers = args[1];
        switch (args[0]) {
            case "create" -> create();
            case "write" -> write(Integer.parseInt(args[2]));
            case "describe" -> describe(args[2]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    static void create() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            // segment.ms against explicit timestamps rolls segments of a few records, at the same place each time.
            List<NewTopic> topics = List.of(
                topic("segments", 2, Map.of("segment.ms", "10000", "index.interval.bytes", "100")),
                topic("codecs", 1, Map.of()),
                topic("transactions", 1, Map.of("segment.ms", "10000", "index.interval.bytes", "100")),
                topic("times", 1, Map.of("index.interval.bytes", "1")),
                topic("appendtime", 1, Map.of("message.timestamp.type", "LogAppendTime")),
                topic("empty", 1, Map.of()),
                topic("deleted-records", 1, Map.of("segment.ms", "10000")),
                topic("gone", 1, Map.of()));
            admin.createTopics(topics).all().get();
        }
    }

    static NewTopic topic(String name, int partitions, Map<String, String> configs) {
        return new NewTopic(name, partitions, (short) 1).configs(configs);
    }

    static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
        Map<String, Object> conf = new HashMap<>(Map.of("bootstrap.servers", servers, "linger.ms", 60000,
            "batch.size", 1 << 20, "enable.idempotence", false, "acks", "all", "retries", 0));
        conf.putAll(more);
        return new KafkaProducer<>(conf, new ByteArraySerializer(), new ByteArraySerializer());
    }

    static byte[] bytes(String s) {
        return s == null ? null : s.getBytes(StandardCharsets.UTF_8);
    }

    static ProducerRecord<byte[], byte[]> record(String topic, int partition, long time, String key, String value,
            String... headers) {
        List<Header> h = new ArrayList<>();
        for (int i = 0; i < headers.length; i += 2) h.add(new RecordHeader(headers[i], bytes(headers[i + 1])));
        return new ProducerRecord<>(topic, partition, time, bytes(key), bytes(value), h);
    }

    /** Phase 0, 1 and 2: the broker restarts in between, so that each has its own leader epoch. */
    static void write(int phase) throws Exception {
        segments(phase);
        codecs(phase);
        times(phase);
        transactions(phase);
        if (phase == 0) {
            deleted();
        }
    }

    static void segments(int phase) {
        try (var p = producer(Map.of("enable.idempotence", true, "retries", 5))) {
            for (int batch = 0; batch < 6; batch++) {
                long time = T0 + (phase * 6 + batch) * 4000L;
                for (int i = 0; i < 3; i++) {
                    p.send(record("segments", 0, time + i, "key-" + i, "phase " + phase + " batch " + batch + " record " + i));
                }
                p.flush();
            }
        }
    }

    static void codecs(int phase) {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (var p = producer(Map.of("compression.type", codec))) {
                String t = "codecs";
                p.send(record(t, 0, T0 + phase, "key", "value with " + codec + " " + codec.repeat(20)));
                p.send(record(t, 0, T0 + phase + 1, null, codec + ": null key"));
                p.send(record(t, 0, T0 + phase + 2, codec + ": null value", null));
                p.send(record(t, 0, T0 + phase + 3, "", "", "header", "value", "header", "again", "", "", "null", null));
                p.flush();
                if (phase == 0) p.send(record("appendtime", 0, T0, "key", codec));
            }
        }
    }

    static void times(int phase) {
        long[] order = {5, 1, 3, 9, 2, 9, 4, 12, 0, 11};
        try (var p = producer(Map.of())) {
            for (long o : order) {
                p.send(record("times", 0, T0 + phase * 10 + o * 1000, null, "at " + o));
                p.flush();
            }
        }
    }

    static void transactions(int phase) throws Exception {
        try (var p = producer(Map.of("transactional.id", "golden-" + phase, "enable.idempotence", true, "retries", 5,
                 "transaction.timeout.ms", 900_000));
             var idempotent = producer(Map.of("enable.idempotence", true, "retries", 5))) {
            p.initTransactions();
            for (int n = 0; n < 4; n++) {
                p.beginTransaction();
                long time = T0 + (phase * 4 + n) * 4000L;
                for (int i = 0; i < 3; i++) {
                    p.send(record("transactions", 0, time + i, "txn-" + n, "phase " + phase + " record " + i));
                    p.send(record("segments", 1, time + i, "txn-" + n, "phase " + phase + " record " + i));
                }
                p.flush();
                // A record of another producer inside the open transaction: it is readable only once that one ends.
                idempotent.send(record("transactions", 0, time + 10, null, "between " + n));
                idempotent.flush();
                if (n % 2 == 0) p.commitTransaction(); else p.abortTransaction();
            }
            if (phase == 2) {
                p.beginTransaction();
                p.send(record("transactions", 0, T0 + 60_000, "open", "never ended"));
                p.flush();
                idempotent.send(record("transactions", 0, T0 + 60_001, null, "behind the open transaction"));
                idempotent.flush();
                Runtime.getRuntime().halt(0); // leaves the transaction open
            }
        }
    }

    static void deleted() throws Exception {
        try (var p = producer(Map.of())) {
            for (int i = 0; i < 6; i++) {
                p.send(record("deleted-records", 0, T0 + i * 4000L, null, "record " + i));
                p.flush();
            }
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            admin.deleteRecords(Map.of(new TopicPartition("deleted-records", 0), RecordsToDelete.beforeOffset(4))).all().get();
            admin.deleteTopics(List.of("gone")).all().get();
            admin.incrementalAlterConfigs(Map.of(
                new org.apache.kafka.common.config.ConfigResource(org.apache.kafka.common.config.ConfigResource.Type.TOPIC, "codecs"),
                List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "-1"), AlterConfigOp.OpType.SET)))).all().get();
        }
    }

    static String hex(byte[] b) {
        return b == null ? "null" : "\"" + HexFormat.of().formatHex(b) + "\"";
    }

    /** One line of JSON a partition, then one a record, as a read_uncommitted consumer sees them. */
    static void describe(String file) throws Exception {
        try (PrintStream out = new PrintStream(file, StandardCharsets.UTF_8);
             Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            var topics = new TreeMap<>(admin.describeTopics(
                admin.listTopics(new ListTopicsOptions().listInternal(false)).names().get()).allTopicNames().get());
            for (var t : topics.values()) {
                if (t.name().startsWith("exchange-")) continue; // compared by checksum elsewhere
                for (var info : t.partitions()) {
                    TopicPartition tp = new TopicPartition(t.name(), info.partition());
                    Set<Long> committed = new HashSet<>();
                    long lso = read(tp, "read_committed", r -> committed.add(r.offset()), null)[1];
                    long[] ends = ends(tp);
                    out.printf("{\"topic\":\"%s\",\"partition\":%d,\"topic_id\":\"%s\",\"log_start\":%d,\"high_watermark\":%d,"
                        + "\"last_stable\":%d}%n", t.name(), tp.partition(), t.topicId(), ends[0], ends[1], lso);
                    read(tp, "read_uncommitted", r -> {
                        StringBuilder h = new StringBuilder();
                        for (Header x : r.headers()) {
                            h.append(h.length() == 0 ? "" : ",").append("[").append(hex(bytes(x.key()))).append(",")
                                .append(hex(x.value())).append("]");
                        }
                        out.printf("{\"offset\":%d,\"leader_epoch\":%d,\"timestamp\":%d,\"timestamp_type\":%d,\"key\":%s,\"value\":%s,"
                            + "\"headers\":[%s],\"committed\":%b}%n", r.offset(), r.leaderEpoch().orElse(-1), r.timestamp(),
                            r.timestampType().id, hex(r.key()), hex(r.value()), h, committed.contains(r.offset()));
                    }, null);
                }
            }
        }
    }

    static long[] ends(TopicPartition tp) {
        try (var c = consumer("read_uncommitted")) {
            return new long[] {c.beginningOffsets(List.of(tp)).get(tp), c.endOffsets(List.of(tp)).get(tp)};
        }
    }

    static KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        return new KafkaConsumer<>(Map.of("bootstrap.servers", servers, "isolation.level", isolation),
            new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    interface Sink { void take(ConsumerRecord<byte[], byte[]> r); }

    static long[] read(TopicPartition tp, String isolation, Sink sink, Void unused) {
        try (var c = consumer(isolation)) {
            c.assign(List.of(tp));
            c.seekToBeginning(List.of(tp));
            long end = c.endOffsets(List.of(tp)).get(tp);
            while (c.position(tp) < end) {
                for (var r : c.poll(java.time.Duration.ofMillis(200))) sink.take(r);
            }
            return new long[] {0, end};
        }
    }
}
