// The jobs of ../README.md with the Java client.
import java.io.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.atomic.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.*;

public class Client {
    static long t0;
    static String servers;

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] words = line.trim().split(" ");
            Map<String, String> job = new HashMap<>();
            for (int i = 1; i < words.length; i++) {
                int eq = words[i].indexOf('=');
                job.put(words[i].substring(0, eq), words[i].substring(eq + 1));
            }
            try {
                System.out.println("{\"ok\":true" + run(words[0], job) + "}");
            } catch (Throwable e) {
                String text = String.valueOf(e).replaceAll("[\"\\\\\\p{Cntrl}]", " ");
                System.out.println("{\"ok\":false,\"error\":\"" + text + "\"}");
                e.printStackTrace();
            }
            System.out.flush();
        }
    }

    static String run(String op, Map<String, String> job) throws Exception {
        switch (op) {
            case "connect":
                servers = job.get("bootstrap");
                t0 = Long.parseLong(job.get("t0"));
                return "";
            case "create":
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
                    admin.createTopics(List.of(new NewTopic(job.get("topic"), Integer.parseInt(job.get("partitions")),
                        (short) 1))).all().get();
                }
                return "";
            case "produce":
                return produce(job);
            case "consume":
                return consume(job);
            case "lookup":
                try (var c = consumer()) {
                    TopicPartition tp = new TopicPartition(job.get("topic"), Integer.parseInt(job.get("partition")));
                    OffsetAndTimestamp o = c.offsetsForTimes(Map.of(tp, Long.parseLong(job.get("time")))).get(tp);
                    return ",\"offset\":" + (o == null ? -1 : o.offset());
                }
            case "ends":
                try (var c = consumer()) {
                    List<TopicPartition> tps = partitions(job.get("topic"), Integer.parseInt(job.get("partitions")));
                    Map<TopicPartition, Long> ends = c.endOffsets(tps);
                    return ",\"ends\":" + tps.stream().map(ends::get).toList();
                }
            default:
                throw new IllegalArgumentException(op);
        }
    }

    static List<TopicPartition> partitions(String topic, int count) {
        List<TopicPartition> list = new ArrayList<>();
        for (int p = 0; p < count; p++) list.add(new TopicPartition(topic, p));
        return list;
    }

    static String produce(Map<String, String> job) throws Exception {
        boolean idempotent = "true".equals(job.get("idempotent"));
        boolean nullHeader = "true".equals(job.get("nullheader"));
        Map<String, Object> conf = new HashMap<>(Map.of("bootstrap.servers", servers, "compression.type", job.get("codec"),
            "acks", job.get("acks"), "enable.idempotence", idempotent, "linger.ms", 5, "batch.size", 131072,
            "max.request.size", 1048576 + 4096, "delivery.timeout.ms", 120000));
        if (!idempotent) conf.put("max.in.flight.requests.per.connection", 1);
        AtomicReference<Exception> failure = new AtomicReference<>();
        AtomicLong sent = new AtomicLong();
        try (var p = new KafkaProducer<>(conf, new ByteArraySerializer(), new ByteArraySerializer());
             InputStream in = new BufferedInputStream(new FileInputStream(job.get("file")), 1 << 20)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            byte[] chunk = new byte[1 << 20];
            int i = 0;
            for (int n; (n = in.read(chunk)) > 0; ) {
                int from = 0;
                for (int at = 0; at < n; at++) {
                    if (chunk[at] == '\n') {
                        line.write(chunk, from, at - from);
                        from = at + 1;
                        p.send(record(job.get("topic"), i++, line.toByteArray(), nullHeader), (meta, error) -> {
                            if (error != null) failure.compareAndSet(null, error); else sent.incrementAndGet();
                        });
                        line.reset();
                    }
                }
                line.write(chunk, from, n - from);
            }
            p.flush();
        }
        if (failure.get() != null) throw failure.get();
        return ",\"sent\":" + sent.get();
    }

    static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    static ProducerRecord<byte[], byte[]> record(String topic, int i, byte[] line, boolean nullHeader) {
        List<Header> headers = new ArrayList<>();
        if (i % 5 == 0) {
            headers.add(new RecordHeader("index", ascii(Integer.toString(i))));
            headers.add(new RecordHeader("empty", new byte[0]));
            if (nullHeader && i % 10 == 0) headers.add(new RecordHeader("null", (byte[]) null));
        }
        return new ProducerRecord<>(topic, i % 3, t0 + i, i % 4 == 3 ? null : ascii("key-" + i % 1000),
            i % 101 == 100 && i % 4 != 3 ? null : line, headers);
    }

    static KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(Map.of("bootstrap.servers", servers, "fetch.max.bytes", 16 << 20),
            new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static String consume(Map<String, String> job) throws Exception {
        String[] counts = job.get("counts").split(",");
        MessageDigest[] sums = new MessageDigest[counts.length];
        long[] left = new long[counts.length];
        long missing = 0;
        for (int p = 0; p < counts.length; p++) {
            sums[p] = MessageDigest.getInstance("SHA-256");
            missing += left[p] = Long.parseLong(counts[p]);
        }
        List<TopicPartition> tps = partitions(job.get("topic"), counts.length);
        try (var c = consumer()) {
            c.assign(tps);
            c.seekToBeginning(tps);
            long silent = System.currentTimeMillis();
            while (missing > 0) {
                for (var r : c.poll(Duration.ofMillis(200))) {
                    silent = System.currentTimeMillis();
                    if (left[r.partition()]-- <= 0) throw new IllegalStateException("more records than expected in " + r.partition());
                    missing--;
                    update(sums[r.partition()], r);
                }
                if (System.currentTimeMillis() - silent > 30_000) throw new IllegalStateException(missing + " records missing");
            }
        }
        List<String> out = new ArrayList<>();
        for (MessageDigest d : sums) out.add("\"" + HexFormat.of().formatHex(d.digest()) + "\"");
        return ",\"sums\":" + out;
    }

    static void update(MessageDigest d, ConsumerRecord<byte[], byte[]> r) {
        Header[] headers = r.headers().toArray();
        d.update(ByteBuffer.allocate(16).putLong(r.offset()).putLong(r.timestamp()).flip());
        bytes(d, r.key());
        bytes(d, r.value());
        d.update(ByteBuffer.allocate(4).putInt(headers.length).flip());
        for (Header h : headers) {
            bytes(d, h.key().getBytes(StandardCharsets.UTF_8));
            bytes(d, h.value());
        }
    }

    static void bytes(MessageDigest d, byte[] b) {
        d.update(ByteBuffer.allocate(4).putInt(b == null ? -1 : b.length).flip());
        if (b != null) d.update(b);
    }
}
