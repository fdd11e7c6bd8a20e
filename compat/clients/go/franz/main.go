// The jobs of ../../README.md with franz-go.
package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"dmq/compat/jobs"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

var bootstrap string

func main() { jobs.Serve(run) }

func run(op string, job jobs.Job) (jobs.Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 180*time.Second)
	defer cancel()
	switch op {
	case "connect":
		bootstrap = job["bootstrap"]
		return nil, nil
	case "create":
		return nil, admin(func(a *kadm.Client) error {
			_, err := a.CreateTopic(ctx, int32(job.Int("partitions")), 1, nil, job["topic"])
			return err
		})
	case "produce":
		return produce(ctx, job)
	case "consume":
		return consume(ctx, job)
	case "lookup":
		offset := int64(-1)
		err := admin(func(a *kadm.Client) error {
			found, err := a.ListOffsetsAfterMilli(ctx, job.Int("time"), job["topic"])
			if err != nil {
				return err
			}
			o, _ := found.Lookup(job["topic"], int32(job.Int("partition")))
			if o.Timestamp != -1 { // without one the library gives the end offset
				offset = o.Offset
			}
			return o.Err
		})
		return jobs.Answer{"offset": offset}, err
	case "ends":
		ends := make([]int64, job.Int("partitions"))
		err := admin(func(a *kadm.Client) error {
			found, err := a.ListEndOffsets(ctx, job["topic"])
			if err != nil {
				return err
			}
			for p := range ends {
				o, _ := found.Lookup(job["topic"], int32(p))
				ends[p] = o.Offset
			}
			return found.Error()
		})
		return jobs.Answer{"ends": ends}, err
	}
	return nil, fmt.Errorf("unknown job %s", op)
}

func admin(do func(*kadm.Client) error) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap))
	if err != nil {
		return err
	}
	defer client.Close()
	return do(kadm.NewClient(client))
}

var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func produce(ctx context.Context, job jobs.Job) (jobs.Answer, error) {
	acks := map[string]kgo.Acks{"all": kgo.AllISRAcks(), "1": kgo.LeaderAck(), "0": kgo.NoAck()}
	opts := []kgo.Opt{
		kgo.SeedBrokers(bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.RequiredAcks(acks[job["acks"]]),
		kgo.ProducerBatchCompression(codecs[job["codec"]]), kgo.ProducerLinger(5 * time.Millisecond),
		kgo.ProducerBatchMaxBytes(1_048_576),
	}
	if job["idempotent"] != "true" {
		opts = append(opts, kgo.DisableIdempotentWrite(), kgo.MaxProduceRequestsInflightPerBroker(1))
	}
	client, err := kgo.NewClient(opts...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var sent atomic.Int64
	var once sync.Once
	var failure error
	err = jobs.Records(job, func(r jobs.Record) error {
		out := &kgo.Record{Topic: job["topic"], Partition: r.Partition, Timestamp: time.UnixMilli(r.Timestamp),
			Key: r.Key, Value: r.Value}
		for _, h := range r.Headers {
			out.Headers = append(out.Headers, kgo.RecordHeader{Key: h.Key, Value: h.Value})
		}
		client.Produce(ctx, out, func(_ *kgo.Record, err error) {
			if err != nil {
				once.Do(func() { failure = err })
			} else {
				sent.Add(1)
			}
		})
		return nil
	})
	if err == nil {
		err = client.Flush(ctx)
	}
	if err == nil {
		err = failure
	}
	return jobs.Answer{"sent": sent.Load()}, err
}

func consume(ctx context.Context, job jobs.Job) (jobs.Answer, error) {
	sums := jobs.NewSums(job["counts"])
	offsets := map[int32]kgo.Offset{}
	for p, left := range sums.Left {
		if left > 0 {
			offsets[int32(p)] = kgo.NewOffset().At(0)
		}
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{job["topic"]: offsets}))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var headers []jobs.Header
	for sums.Missing > 0 {
		wait, cancel := context.WithTimeout(ctx, 30*time.Second)
		found := client.PollFetches(wait)
		cancel()
		if err := found.Err(); err != nil {
			return nil, fmt.Errorf("%d records missing: %w", sums.Missing, err)
		}
		for it := found.RecordIter(); !it.Done(); {
			r := it.Next()
			headers = headers[:0]
			for _, h := range r.Headers {
				headers = append(headers, jobs.Header{Key: h.Key, Value: h.Value})
			}
			if err := sums.Add(r.Partition, r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, headers); err != nil {
				return nil, err
			}
		}
	}
	return jobs.Answer{"sums": sums.Hex()}, nil
}
