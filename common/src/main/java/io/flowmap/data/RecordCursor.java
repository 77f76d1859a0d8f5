package io.flowmap.data;

/** Records of a split by their index, beginning again behind the last; it holds the block that it read last. Not thread-safe. */
public final class RecordCursor {
    private final LatentData data;
    private int held = -1;
    private LatentBlock block;

    public RecordCursor(LatentData data) {
        this.data = data;
    }

    /** Reads the block of a record and returns its row there. */
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

    /** The block of the last {@link #seek}. */
    public LatentBlock block() {
        return block;
    }
}
