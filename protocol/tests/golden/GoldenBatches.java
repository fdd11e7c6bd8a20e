// Writes the record batches under records/ with Apache Kafka's own classes, and checks batches that others wrote.
// How to run it: see records/README.md.

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

public class GoldenBatches {
    static final long TIME = 1_700_000_000_000L;
    static final long BASE = 42;
    static final int EPOCH = 7;
    static final byte V2 = RecordBatch.MAGIC_VALUE_V2;

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[1]);
        switch (args[0]) {
            case "write" -> write(dir);
            case "check" -> check(dir);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    // --- writing ----------------------------------------------------------------------------------------------------

    static void write(Path dir) throws IOException {
        Compression none = Compression.NONE;
        save(dir, "none", mixed(builder(none, TimestampType.CREATE_TIME, -1, -1, (short) -1, -1, false, false, -1)));
        save(dir, "gzip", mixed(plain(Compression.gzip().build())));
        save(dir, "snappy", mixed(plain(Compression.snappy().build())));
        save(dir, "lz4", mixed(plain(Compression.lz4().build())));
        save(dir, "zstd", mixed(plain(Compression.zstd().build())));

        save(dir, "large-gzip", large(plain(Compression.gzip().level(9).build())));
        save(dir, "large-snappy", large(plain(Compression.snappy().build())));
        save(dir, "large-lz4", large(plain(Compression.lz4().build())));
        save(dir, "large-lz4-level-17", large(plain(Compression.lz4().level(17).build())));
        save(dir, "large-zstd", large(plain(Compression.zstd().build())));
        save(dir, "large-zstd-level-22", large(plain(Compression.zstd().level(22).build())));

        save(dir, "idempotent", mixed(builder(none, TimestampType.CREATE_TIME, -1, 4711, (short) 3, 17, false, false, -1)));
        save(dir, "sequence-wraps",
            mixed(builder(none, TimestampType.CREATE_TIME, -1, 4711, (short) 3, Integer.MAX_VALUE - 1, false, false, -1)));
        save(dir, "transactional", mixed(builder(none, TimestampType.CREATE_TIME, -1, 4711, (short) 3, 17, true, false, -1)));
        save(dir, "append-time",
            mixed(builder(none, TimestampType.LOG_APPEND_TIME, TIME + 99_999, -1, (short) -1, -1, false, false, -1)));
        save(dir, "delete-horizon",
            mixed(builder(none, TimestampType.CREATE_TIME, -1, -1, (short) -1, -1, false, false, TIME + 86_400_000)));

        MemoryRecordsBuilder gaps = plain(none);
        gaps.appendWithOffset(BASE + 1, TIME, bytes("a"), bytes("1"), new Header[0]);
        gaps.appendWithOffset(BASE + 5, TIME - 10, bytes("b"), bytes("2"), new Header[0]);
        gaps.overrideLastOffset(BASE + 9);
        save(dir, "gaps", gaps);

        MemoryRecordsBuilder noTimestamp = plain(none);
        noTimestamp.append(-1L, bytes("k"), bytes("v"));
        save(dir, "no-timestamp", noTimestamp);

        ByteBuffer empty = ByteBuffer.allocate(DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
        DefaultRecordBatch.writeEmptyHeader(empty, V2, 4711, (short) 3, 17, BASE, BASE + 4, EPOCH,
            TimestampType.CREATE_TIME, TIME + 1000, true, false);
        empty.flip();
        save(dir, "empty", empty);
        control(dir);
    }

    static void control(Path dir) throws IOException {
        save(dir, "control-commit", MemoryRecords.withEndTransactionMarker(BASE, TIME, EPOCH, 4711, (short) 3,
            new EndTransactionMarker(ControlRecordType.COMMIT, 12)).buffer());
        save(dir, "control-abort", MemoryRecords.withEndTransactionMarker(BASE, TIME, EPOCH, 4711, (short) 3,
            new EndTransactionMarker(ControlRecordType.ABORT, 12)).buffer());
        save(dir, "control-leader-change", MemoryRecords.withLeaderChangeMessage(BASE, TIME, EPOCH, space(),
            new LeaderChangeMessage().setVersion((short) 0).setLeaderId(1)
                .setVoters(List.of(new LeaderChangeMessage.Voter().setVoterId(1), new LeaderChangeMessage.Voter().setVoterId(2)))
                .setGrantingVoters(List.of(new LeaderChangeMessage.Voter().setVoterId(1)))).buffer());
        save(dir, "control-snapshot-header", MemoryRecords.withSnapshotHeaderRecord(BASE, TIME, EPOCH, space(),
            new SnapshotHeaderRecord().setVersion((short) 0).setLastContainedLogTimestamp(TIME - 1)).buffer());
        save(dir, "control-snapshot-footer", MemoryRecords.withSnapshotFooterRecord(BASE, TIME, EPOCH, space(),
            new SnapshotFooterRecord().setVersion((short) 0)).buffer());
        save(dir, "control-kraft-version", MemoryRecords.withKRaftVersionRecord(BASE, TIME, EPOCH, space(),
            new KRaftVersionRecord().setVersion((short) 0).setKRaftVersion((short) 1)).buffer());
        VotersRecord.EndpointCollection endpoints = new VotersRecord.EndpointCollection();
        endpoints.add(new VotersRecord.Endpoint().setName("CONTROLLER").setHost("localhost").setPort(9093));
        save(dir, "control-voters", MemoryRecords.withVotersRecord(BASE, TIME, EPOCH, space(),
            new VotersRecord().setVersion((short) 0).setVoters(List.of(new VotersRecord.Voter().setVoterId(1)
                .setVoterDirectoryId(new Uuid(0x0123456789abcdefL, 0x1032547698badcfeL)).setEndpoints(endpoints)
                .setKRaftVersionFeature(new VotersRecord.KRaftVersionFeature()
                    .setMinSupportedVersion((short) 0).setMaxSupportedVersion((short) 1))))).buffer());
    }

    static MemoryRecordsBuilder plain(Compression compression) {
        return builder(compression, TimestampType.CREATE_TIME, -1, -1, (short) -1, -1, false, false, -1);
    }

    static MemoryRecordsBuilder builder(Compression compression, TimestampType type, long appendTime, long producerId,
                                        short producerEpoch, int sequence, boolean transactional, boolean control,
                                        long deleteHorizon) {
        return new MemoryRecordsBuilder(new ByteBufferOutputStream(space()), V2, compression, type, BASE, appendTime, producerId,
            producerEpoch, sequence, transactional, control, EPOCH, 1 << 20, deleteHorizon);
    }

    // Five records with everything that a record can have or lack.
    static MemoryRecordsBuilder mixed(MemoryRecordsBuilder builder) {
        builder.append(TIME, bytes("k0"), bytes("v0"), new Header[] {
            new RecordHeader("h", bytes("1")), new RecordHeader("h", bytes("2")), new RecordHeader("empty", bytes("")),
            new RecordHeader("null", (byte[]) null), new RecordHeader("ключ", bytes("значение")),
        });
        builder.append(TIME + 5, (byte[]) null, bytes("a value without a key"));
        builder.append(TIME + 3, bytes("a tombstone"), (byte[]) null);
        builder.append(TIME + 100_000, bytes(""), bytes(""));
        builder.append(TIME - 70_000, bytes("long"), bytes("DMQ ".repeat(200)));
        return builder;
    }

    // More than one block of every codec: 300 records of 1,000 bytes.
    static MemoryRecordsBuilder large(MemoryRecordsBuilder builder) {
        for (int i = 0; i < 300; i++)
            builder.append(TIME + i, bytes("key-" + i), bytes(String.format("%010d", i * 7919L).repeat(100)));
        return builder;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static ByteBuffer space() {
        return ByteBuffer.allocate(1 << 20);
    }

    static void save(Path dir, String name, MemoryRecordsBuilder builder) throws IOException {
        save(dir, name, builder.build().buffer());
    }

    static void save(Path dir, String name, ByteBuffer batch) throws IOException {
        byte[] content = new byte[batch.remaining()];
        batch.duplicate().get(content);
        Files.write(dir.resolve(name + ".batch"), content);
    }

    // --- checking ---------------------------------------------------------------------------------------------------

    // Every file of the directory is read as batches; `mixed-*` and `large-*` must hold the records written above.
    static void check(Path dir) throws IOException {
        int files = 0;
        try (var paths = Files.list(dir)) {
            for (Path path : paths.sorted().toList()) {
                String name = path.getFileName().toString();
                MemoryRecordsBuilder expected = plain(Compression.NONE);
                expected = name.startsWith("large") ? large(expected) : mixed(expected);
                var records = MemoryRecords.readableRecords(ByteBuffer.wrap(Files.readAllBytes(path)));
                StringBuilder codecs = new StringBuilder();
                for (MutableRecordBatch batch : records.batches()) {
                    batch.ensureValid();
                    codecs.append(batch.compressionType()).append(' ');
                }
                var actual = records.records().iterator();
                for (Record record : expected.build().records()) {
                    Record got = actual.next();
                    if (record.offset() != got.offset() || record.timestamp() != got.timestamp()
                        || !java.util.Objects.equals(record.key(), got.key())
                        || !java.util.Objects.equals(record.value(), got.value())
                        || !java.util.Arrays.equals(record.headers(), got.headers()))
                        throw new IllegalStateException(name + ": expected " + record + ", got " + got);
                }
                if (actual.hasNext())
                    throw new IllegalStateException(name + ": more records than expected");
                System.out.println("ok " + name + " " + codecs);
                files++;
            }
        }
        System.out.println(files + " files read");
    }
}
