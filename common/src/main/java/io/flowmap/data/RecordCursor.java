package io.flowmap.data;

/** Access to the records of a split by index, modulo the size of the split. Keeps the last block in memory. Not thread-safe. */
public final class RecordCursor {
    private final LatentData data;
    private int held = -1;
    private LatentBlock block;

    public RecordCursor(LatentData data) {
        this.data = data;
    }

    /** Loads the block of a record and returns the record's row in it. */
    public int seek(long index) {
        long record = index % data.count();
        int number = 0;
        var files = data.blocks();
        while (record >= files.get(number).firstIndex() + files.get(number).count()) {
            number++;
        }
        if (number != held) {
            block = data.read(number);
            held = number;
        }
        return (int) (record - files.get(number).firstIndex());
    }

    /** Number of records of the split. */
    long count() {
        return data.count();
    }

    /** The block loaded by the last {@link #seek}. */
    public LatentBlock block() {
        return block;
    }
}
