// The jobs of ../../README.md with sarama.
package main

import (
	"fmt"
	"sync"
	"time"

	"dmq/compat/jobs"

	"github.com/IBM/sarama"
)

var bootstrap string

func main() { jobs.Serve(run) }

func conf() *sarama.Config {
	c := sarama.NewConfig()
	c.ClientID = "compat"
	c.Version = sarama.MaxVersion
	c.Consumer.Fetch.Default = 4 << 20
	return c
}

func run(op string, job jobs.Job) (jobs.Answer, error) {
	switch op {
	case "connect":
		bootstrap = job["bootstrap"]
		return nil, nil
	case "create":
		admin, err := sarama.NewClusterAdmin([]string{bootstrap}, conf())
		if err != nil {
			return nil, err
		}
		defer admin.Close()
		return nil, admin.CreateTopic(job["topic"],
			&sarama.TopicDetail{NumPartitions: int32(job.Int("partitions")), ReplicationFactor: 1}, false)
	case "produce":
		return produce(job)
	case "consume":
		return consume(job)
	case "lookup":
		client, err := sarama.NewClient([]string{bootstrap}, conf())
		if err != nil {
			return nil, err
		}
		defer client.Close()
		offset, err := client.GetOffset(job["topic"], int32(job.Int("partition")), job.Int("time"))
		return jobs.Answer{"offset": offset}, err
	case "ends":
		client, err := sarama.NewClient([]string{bootstrap}, conf())
		if err != nil {
			return nil, err
		}
		defer client.Close()
		ends := make([]int64, job.Int("partitions"))
		for p := range ends {
			if ends[p], err = client.GetOffset(job["topic"], int32(p), sarama.OffsetNewest); err != nil {
				return nil, err
			}
		}
		return jobs.Answer{"ends": ends}, nil
	}
	return nil, fmt.Errorf("unknown job %s", op)
}

var codecs = map[string]sarama.CompressionCodec{
	"none": sarama.CompressionNone, "gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy,
	"lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

func produce(job jobs.Job) (jobs.Answer, error) {
	c := conf()
	acks := map[string]sarama.RequiredAcks{"all": sarama.WaitForAll, "1": sarama.WaitForLocal, "0": sarama.NoResponse}
	c.Producer.RequiredAcks = acks[job["acks"]]
	c.Producer.Compression = codecs[job["codec"]]
	c.Producer.Partitioner = sarama.NewManualPartitioner
	c.Producer.Flush.Frequency = 5 * time.Millisecond
	c.Producer.MaxMessageBytes = 1_048_576
	c.Producer.Return.Successes = true
	c.Producer.Retry.Max = 100
	c.Net.MaxOpenRequests = 1
	c.Producer.Idempotent = job["idempotent"] == "true"
	producer, err := sarama.NewAsyncProducer([]string{bootstrap}, c)
	if err != nil {
		return nil, err
	}
	var sent int64
	var failure error
	var wait sync.WaitGroup
	wait.Add(2)
	go func() {
		defer wait.Done()
		for range producer.Successes() {
			sent++
		}
	}()
	go func() {
		defer wait.Done()
		for e := range producer.Errors() {
			failure = e.Err
		}
	}()
	err = jobs.Records(job, func(r jobs.Record) error {
		m := &sarama.ProducerMessage{Topic: job["topic"], Partition: r.Partition, Timestamp: time.UnixMilli(r.Timestamp)}
		if r.Key != nil {
			m.Key = sarama.ByteEncoder(r.Key)
		}
		if r.Value != nil {
			m.Value = sarama.ByteEncoder(r.Value)
		}
		for _, h := range r.Headers {
			m.Headers = append(m.Headers, sarama.RecordHeader{Key: []byte(h.Key), Value: h.Value})
		}
		producer.Input() <- m
		return nil
	})
	producer.AsyncClose()
	wait.Wait()
	if err == nil {
		err = failure
	}
	return jobs.Answer{"sent": sent}, err
}

func consume(job jobs.Job) (jobs.Answer, error) {
	sums := jobs.NewSums(job["counts"])
	consumer, err := sarama.NewConsumer([]string{bootstrap}, conf())
	if err != nil {
		return nil, err
	}
	defer consumer.Close()
	for p := range sums.Left {
		if sums.Left[p] == 0 {
			continue
		}
		part, err := consumer.ConsumePartition(job["topic"], int32(p), 0)
		if err != nil {
			return nil, err
		}
		for sums.Left[p] > 0 {
			select {
			case m := <-part.Messages():
				var headers []jobs.Header
				for _, h := range m.Headers {
					headers = append(headers, jobs.Header{Key: string(h.Key), Value: h.Value})
				}
				if err := sums.Add(m.Partition, m.Offset, m.Timestamp.UnixMilli(), m.Key, m.Value, headers); err != nil {
					return nil, err
				}
			case e := <-part.Errors():
				return nil, e
			case <-time.After(30 * time.Second):
				return nil, fmt.Errorf("%d records missing", sums.Missing)
			}
		}
		part.AsyncClose()
	}
	return jobs.Answer{"sums": sums.Hex()}, nil
}
