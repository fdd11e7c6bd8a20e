import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestTemplate;

/**
 * A controller and a producer as they exist: Spring's RestTemplate with Jackson's defaults. Arguments: base URL, topic.
 * Prints `ok` at the end; anything unexpected is an exception.
 */
public class Caller {
    /** Jackson writes this boolean as `alive`; `getRegion` is a field that the broker does not know. */
    public static class BrokerInfo {
        public int id;
        public String host;
        public int port;
        public long lastHeartbeat = 1795406161643L;
        private final boolean alive = true;

        public boolean isAlive() {
            return alive;
        }

        public String getRegion() {
            return "eu";
        }
    }

    public static class PartitionInfo {
        public String topic;
        public int partition;
        public int leaderId;
        public List<Integer> followerIds = List.of();
        public List<Integer> isrIds;
        /** As `spring.jackson` setups for JavaScript clients write longs. */
        @JsonFormat(shape = JsonFormat.Shape.STRING)
        public long leaderEpoch = System.currentTimeMillis();
    }

    public static class Push {
        public Long version = null;
        public List<BrokerInfo> brokers;
        public List<PartitionInfo> partitions;
        @JsonFormat(shape = JsonFormat.Shape.STRING)
        public long timestamp = System.currentTimeMillis();
    }

    public static class Message {
        public String key;
        public byte[] value;
        public Map<String, String> headers;
    }

    public static class Produce {
        public String topic;
        public int partition;
        public List<Message> messages;
        public String producerId = "spring-1";
        public Integer producerEpoch = 0;
        public int requiredAcks = -1;
        public Long timeoutMs = null;
        public String unknownToTheBroker = "ignored";
    }

    public static class MessageResult {
        public long offset;
        public long timestamp;
        public String errorCode;
        public String errorMessage;
    }

    /** Strict: Jackson in RestTemplate ignores unknown fields, but not a missing type. */
    public static class ProduceAnswer {
        public String topic;
        public int partition;
        public List<MessageResult> results;
        public int throttleTimeMs;
        public String errorMessage;
        public String errorCode;
        public boolean success;
    }

    static void expect(boolean holds, Object told) {
        if (!holds) {
            throw new IllegalStateException(String.valueOf(told));
        }
    }

    public static void main(String[] args) {
        String base = args[0] + "/api/v1/storage";
        String topic = args[1];
        RestTemplate rest = new RestTemplate(new SimpleClientHttpRequestFactory());

        Produce produce = new Produce();
        produce.topic = topic;
        Message first = new Message();
        first.key = "k";
        first.value = "from Spring".getBytes(StandardCharsets.UTF_8);
        first.headers = Map.of("content-type", "text/plain");
        Message second = new Message();
        second.value = new byte[] {0, -1, 127, -128};
        produce.messages = List.of(first, second);
        ProduceAnswer answer = rest.postForObject(base + "/messages", produce, ProduceAnswer.class);
        expect(answer.success && answer.errorCode.equals("NONE") && answer.results.size() == 2, answer.errorMessage);

        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        Map<String, Object> wanted = Map.of("topic", topic, "partition", 0, "offset", answer.results.get(0).offset);
        JsonNode read = rest.postForObject(base + "/consume", new HttpEntity<>(wanted, headers), JsonNode.class);
        expect(read.at("/messages/0/key").asText().equals("k"), read);
        expect(read.at("/messages/0/headers/content-type").asText().equals("text/plain"), read);
        expect(read.at("/messages/1/value").asText().equals("AP9/gA=="), read);

        try {
            produce.topic = "no-such-topic";
            rest.postForObject(base + "/messages", produce, ProduceAnswer.class);
            throw new IllegalStateException("an unknown topic was accepted");
        } catch (HttpStatusCodeException refused) {
            ProduceAnswer body = refused.getResponseBodyAs(ProduceAnswer.class);
            expect(refused.getStatusCode().value() == 404, refused);
            expect(body.errorCode.equals("UNKNOWN_TOPIC_OR_PARTITION") && !body.success, body.errorCode);
        }
        ResponseEntity<String> health = rest.getForEntity(base + "/health", String.class);
        expect(health.getBody().equals("OK"), health);
        if (args.length > 2) {
            push(rest, base, Integer.parseInt(args[2]));
        }
        System.out.println("ok");
    }

    /** A push as a deployed controller sends it; afterwards the new topic takes messages. */
    static void push(RestTemplate rest, String base, int brokerId) {
        BrokerInfo broker = new BrokerInfo();
        broker.id = brokerId;
        broker.host = "localhost";
        broker.port = 8082;
        PartitionInfo partition = new PartitionInfo();
        partition.topic = "pushed-by-spring";
        partition.leaderId = brokerId;
        partition.isrIds = List.of(brokerId);
        Push push = new Push();
        push.brokers = List.of(broker);
        push.partitions = List.of(partition);
        JsonNode pushed = rest.postForObject(base + "/metadata", push, JsonNode.class);
        expect(pushed.get("success").asBoolean() && pushed.get("brokerId").asInt() == brokerId, pushed);
        Produce produce = new Produce();
        produce.topic = partition.topic;
        Message message = new Message();
        message.value = new byte[] {1};
        produce.messages = List.of(message);
        ProduceAnswer answer = rest.postForObject(base + "/messages", produce, ProduceAnswer.class);
        expect(answer.success && answer.results.get(0).offset == 0, answer.errorMessage);
    }
}
