import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Apache Kafka's own message classes, as a peer that java.rs talks to: a question on each line of standard input, an
 * answer on each line of standard output.
 *
 *     read NAME VERSION HEX     the bytes are read, and written again
 *     make NAME VERSION SEED    a value is made from Kafka's schema of that version, and written
 *     new NAME                  a value as it is before anything is set; no bytes
 *
 * The answer is `HEX VALUE`: the bytes written, and the value as text with names in lower case, without names of types.
 * Otherwise `unknown` (Kafka has no such class) or `error WHY`.
 */
public final class KafkaPeer {
    private static final String[] PLACES = {
        "org.apache.kafka.common.message.%sData",
        "org.apache.kafka.common.message.%s",
        "org.apache.kafka.common.metadata.%s",
        "org.apache.kafka.coordinator.group.generated.%s",
        "org.apache.kafka.coordinator.transaction.generated.%s",
        "org.apache.kafka.coordinator.share.generated.%s",
        "org.apache.kafka.raft.generated.%s",
        "org.apache.kafka.server.log.remote.metadata.storage.generated.%s",
    };

    private KafkaPeer() { }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answer(line.split(" ", 4)));
            out.flush();
        }
    }

    private static String answer(String[] words) {
        Class<?> type = find(words[1]);
        if (type == null) {
            return "unknown";
        }
        try {
            if (words[0].equals("new")) {
                return " " + print(type.getConstructor().newInstance());
            }
            short version = Short.parseShort(words[2]);
            ByteBuffer bytes = words[0].equals("read")
                ? ByteBuffer.wrap(HexFormat.of().parseHex(words[3]))
                : make(type, version, Long.parseUnsignedLong(words[3]));
            Message message = (Message) type.getConstructor().newInstance();
            message.read(new ByteBufferAccessor(bytes), version);
            if (bytes.hasRemaining()) {
                return "error " + bytes.remaining() + " bytes are left";
            }
            ByteBuffer written = MessageUtil.toByteBufferAccessor(message, version).buffer();
            return hex(written) + " " + print(message);
        } catch (Exception error) {
            return ("error " + error).replace('\n', ' ');
        }
    }

    private static Class<?> find(String name) {
        for (String place : PLACES) {
            try {
                return Class.forName(String.format(place, name));
            } catch (ClassNotFoundException elsewhere) {
                continue;
            }
        }
        return null;
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }

    // --- a value from Kafka's schema

    private static ByteBuffer make(Class<?> type, short version, long seed) throws Exception {
        Schema schema = ((Schema[]) type.getField("SCHEMAS").get(null))[version];
        Random random = new Random(seed);
        Struct value = struct(schema, random);
        ByteBuffer bytes = ByteBuffer.allocate(value.sizeOf());
        value.writeTo(bytes);
        bytes.flip();
        return bytes;
    }

    private static Struct struct(Schema schema, Random random) {
        Struct value = new Struct(schema);
        for (BoundField field : schema.fields()) {
            value.set(field, field.def.type instanceof TaggedFields tags ? tagged(tags, random) : some(field.def.type, random));
        }
        return value;
    }

    private static Map<Integer, Object> tagged(TaggedFields tags, Random random) {
        Map<Integer, Object> values = new TreeMap<>();
        tags.fields().forEach((tag, field) -> {
            if (random.nextInt(3) > 0) {
                // Kafka's schemas write a null struct in a tagged field in a way that its classes cannot read.
                values.put(tag, field.type instanceof Schema schema ? struct(schema, random) : some(field.type, random));
            }
        });
        return values;
    }

    private static Object some(Type type, Random random) {
        if (type.isNullable() && random.nextInt(4) == 0) {
            return null;
        }
        if (type instanceof Schema schema) {
            return struct(schema, random);
        }
        if (type.isArray()) {
            Object[] elements = new Object[random.nextInt(4)];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = some(type.arrayElementType().orElseThrow(), random);
            }
            return elements;
        }
        String name = type.toString().replace("COMPACT_", "").replace("NULLABLE_", "");
        return switch (name) {
            case "BOOLEAN" -> random.nextBoolean();
            case "INT8" -> (byte) random.nextInt();
            case "INT16" -> (short) random.nextInt();
            case "UINT16" -> random.nextInt(1 << 16);
            case "INT32" -> random.nextInt();
            case "UINT32", "UNSIGNED_INT32" -> random.nextLong(1L << 32);
            case "INT64" -> random.nextLong();
            case "FLOAT64" -> random.nextGaussian() * 1000;
            case "UUID" -> new Uuid(random.nextLong(), random.nextLong());
            case "STRING" -> random.nextInt(3) == 0 ? "" : "café-" + random.nextInt(1000);
            case "BYTES" -> ByteBuffer.wrap(bytes(random));
            case "RECORDS" -> MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(random)));
            default -> throw new IllegalStateException("type " + name);
        };
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        return bytes;
    }

    // --- a value as text

    private static String print(Object value) throws Exception {
        if (value == null) {
            return "None";
        } else if (value instanceof String text) {
            return "\"" + text + "\"";
        } else if (value instanceof Double number) {
            return shortest(number);
        } else if (value instanceof Number || value instanceof Boolean || value instanceof Uuid) {
            return value.toString();
        } else if (value instanceof byte[] bytes) {
            return print(ByteBuffer.wrap(bytes));
        } else if (value instanceof ByteBuffer bytes) {
            return "b" + hex(bytes);
        } else if (value instanceof BaseRecords records) {
            return print(((MemoryRecords) records).buffer());
        } else if (value instanceof Iterable<?> elements) {
            return list(elements.iterator());
        } else if (value.getClass().isArray()) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < Array.getLength(value); i++) {
                text.append(i == 0 ? "" : ", ").append(print(Array.get(value, i)));
            }
            return "[" + text + "]";
        }
        return fields(value);
    }

    private static String list(Iterator<?> elements) throws Exception {
        StringBuilder text = new StringBuilder();
        while (elements.hasNext()) {
            text.append(text.isEmpty() ? "" : ", ").append(print(elements.next()));
        }
        return "[" + text + "]";
    }

    private static String fields(Object value) throws Exception {
        StringBuilder text = new StringBuilder();
        boolean element = value instanceof org.apache.kafka.common.utils.internals.ImplicitLinkedHashCollection.Element;
        for (Field field : value.getClass().getDeclaredFields()) {
            String name = field.getName();
            boolean link = element && (name.equals("next") || name.equals("prev"));
            if (Modifier.isStatic(field.getModifiers()) || name.startsWith("_") || link) {
                continue;
            }
            field.setAccessible(true);
            text.append(text.isEmpty() ? " " : ", ").append(name.toLowerCase(Locale.ROOT)).append(": ");
            text.append(print(field.get(value)));
        }
        return text.isEmpty() ? "{}" : "{" + text + " }";
    }

    /** The shortest digits that mean this number, which `Double.toString` of Java 17 does not always give. */
    private static String shortest(double number) {
        for (int digits = 0; digits < 17; digits++) {
            String text = String.format(Locale.ROOT, "%." + digits + "e", number);
            if (Double.parseDouble(text) == number) {
                String plain = new BigDecimal(text).toPlainString();
                return plain.contains(".") ? plain : plain + ".0";
            }
        }
        return Double.toString(number);
    }
}
