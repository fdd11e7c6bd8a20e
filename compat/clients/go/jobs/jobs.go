// Package jobs holds the record rule, the checksum and the job loop of ../../README.md for both Go clients.
package jobs

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"os"
	"strconv"
	"strings"
)

// T0 is the timestamp of line 0, from the connect job.
var T0 int64

// Header is one record header; a nil value is a null.
type Header struct {
	Key   string
	Value []byte
}

// Record is what line i of a file becomes.
type Record struct {
	Partition int32
	Timestamp int64
	Key       []byte
	Value     []byte
	Headers   []Header
}

// Job holds the words of one line.
type Job map[string]string

// Int gives a number that must be there.
func (j Job) Int(name string) int64 {
	n, err := strconv.ParseInt(j[name], 10, 64)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return n
}

// Answer is what a job gives beside "ok".
type Answer map[string]any

// Serve reads jobs until the end of standard input.
func Serve(run func(op string, job Job) (Answer, error)) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		words := strings.Fields(in.Text())
		job := Job{}
		for _, w := range words[1:] {
			k, v, _ := strings.Cut(w, "=")
			job[k] = v
		}
		if words[0] == "connect" {
			T0 = job.Int("t0")
		}
		answer, err := run(words[0], job)
		if err != nil {
			answer = Answer{"ok": false, "error": err.Error()}
		} else {
			if answer == nil {
				answer = Answer{}
			}
			answer["ok"] = true
		}
		out, _ := json.Marshal(answer)
		fmt.Println(string(out))
	}
}

// Records calls each with the record of every line.
func Records(job Job, each func(Record) error) error {
	data, err := os.ReadFile(job["file"])
	if err != nil {
		return err
	}
	nullHeader := job["nullheader"] == "true"
	for i := 0; len(data) > 0; i++ {
		end := bytes.IndexByte(data, '\n')
		if end < 0 {
			return fmt.Errorf("last line has no end")
		}
		r := Record{Partition: int32(i % 3), Timestamp: T0 + int64(i), Value: data[:end:end]}
		if r.Value == nil {
			r.Value = []byte{}
		}
		data = data[end+1:]
		if i%4 != 3 {
			r.Key = []byte("key-" + strconv.Itoa(i%1000))
		}
		if i%101 == 100 && i%4 != 3 {
			r.Value = nil
		}
		if i%5 == 0 {
			r.Headers = []Header{{"index", []byte(strconv.Itoa(i))}, {"empty", []byte{}}}
			if nullHeader && i%10 == 0 {
				r.Headers = append(r.Headers, Header{"null", nil})
			}
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// Sums is one running checksum per partition.
type Sums struct {
	Left    []int64
	Missing int64
	sums    []hash.Hash
	scratch []byte
}

// NewSums takes the counts of a consume job.
func NewSums(counts string) *Sums {
	s := &Sums{}
	for _, c := range strings.Split(counts, ",") {
		n, _ := strconv.ParseInt(c, 10, 64)
		s.Left = append(s.Left, n)
		s.Missing += n
		s.sums = append(s.sums, sha256.New())
	}
	return s
}

func sized(out, data []byte, null bool) []byte {
	if null {
		return binary.BigEndian.AppendUint32(out, 0xffffffff)
	}
	return append(binary.BigEndian.AppendUint32(out, uint32(len(data))), data...)
}

// Add takes the next record of a partition.
func (s *Sums) Add(partition int32, offset, timestamp int64, key, value []byte, headers []Header) error {
	if s.Left[partition] <= 0 {
		return fmt.Errorf("more records than expected in partition %d", partition)
	}
	s.Left[partition]--
	s.Missing--
	b := binary.BigEndian.AppendUint64(s.scratch[:0], uint64(offset))
	b = binary.BigEndian.AppendUint64(b, uint64(timestamp))
	b = sized(b, key, key == nil)
	b = sized(b, value, value == nil)
	b = binary.BigEndian.AppendUint32(b, uint32(len(headers)))
	for _, h := range headers {
		b = sized(b, []byte(h.Key), false)
		b = sized(b, h.Value, h.Value == nil)
	}
	s.sums[partition].Write(b)
	s.scratch = b
	return nil
}

// Hex gives the checksums so far.
func (s *Sums) Hex() []string {
	var out []string
	for _, h := range s.sums {
		out = append(out, hex.EncodeToString(h.Sum(nil)))
	}
	return out
}
