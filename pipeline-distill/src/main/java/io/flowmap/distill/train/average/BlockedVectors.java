package io.flowmap.distill.train.average;

import io.flowmap.tensor.Floats;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Vectors as byte blocks, the form in which small results travel: serialization copies bytes in bulk but encodes floats one by one.
 *
 * @param plan how the vectors are cut
 * @param blocks little-endian floats by key
 */
record BlockedVectors(BlockPlan plan, byte[][] blocks) implements Serializable {
    private static final int PIECE = 1 << 14;

    /** Copies {@code vectors} [plan.vectors][plan.length]. */
    static BlockedVectors of(BlockPlan plan, List<? extends Floats> vectors) {
        var blocks = new byte[plan.blocks()][];
        for (int key = 0; key < blocks.length; key++) {
            blocks[key] = encode(plan, vectors, key);
        }
        return new BlockedVectors(plan, blocks);
    }

    private static byte[] encode(BlockPlan plan, List<? extends Floats> vectors, int key) {
        var bytes = new byte[4 * plan.size(key)];
        encode(vectors.get(plan.vector(key)), plan.from(key), plan.size(key), bytes);
        return bytes;
    }

    private static void encode(Floats vector, int from, int size, byte[] bytes) {
        var piece = new float[Math.min(PIECE, size)];
        for (int done = 0; done < size; done += piece.length) {
            int count = Math.min(piece.length, size - done);
            vector.get(from + done, piece, 0, count);
            FloatBytes.toBytes(piece, 0, count, bytes, done);
        }
    }

    List<Floats> vectors() {
        return IntStream.range(0, plan.vectors())
                .mapToObj(vector -> (Floats) new View(this, vector))
                .toList();
    }

    /** One of the vectors. */
    private record View(BlockedVectors all, int vector) implements Floats {
        @Override
        public int length() {
            return all.plan.length();
        }

        @Override
        public void get(int from, float[] target, int at, int count) {
            walk(from, count, (bytes, start, done, part) -> FloatBytes.toFloats(bytes, start, target, at + done, part));
        }

        @Override
        public void put(int from, float[] values, int at, int count) {
            walk(from, count, (bytes, start, done, part) -> FloatBytes.toBytes(values, at + done, part, bytes, start));
        }

        private void walk(int from, int count, Copy copy) {
            int size = all.plan.blockFloats();
            int first = vector * all.plan.blocksPerVector();
            for (int done = 0; done < count; ) {
                int start = (from + done) % size;
                int part = Math.min(count - done, size - start);
                copy.run(all.blocks[first + (from + done) / size], start, done, part);
                done += part;
            }
        }
    }

    /** Copies {@code part} floats between a block from {@code start} on and the caller's array from {@code done} on. */
    private interface Copy {
        void run(byte[] bytes, int start, int done, int part);
    }
}
