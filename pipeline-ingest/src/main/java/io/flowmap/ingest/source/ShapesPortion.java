package io.flowmap.ingest.source;

import io.flowmap.ingest.label.Annotation;
import org.apache.hadoop.conf.Configuration;

/** A run of consecutive drawings. */
record ShapesPortion(long seed, long split, long from, long to) implements Portion {
    @Override
    public RecordStream open(Configuration hadoop, Reading reading) {
        return new Stream(new ShapeDrawing(seed, split), from, to);
    }

    private static final class Stream implements RecordStream {
        private final ShapeDrawing drawing;
        private final long to;
        private long at;

        Stream(ShapeDrawing drawing, long from, long to) {
            this.drawing = drawing;
            this.at = from;
            this.to = to;
        }

        @Override
        public InputRecord next() {
            if (at == to) {
                return null;
            }
            long number = at++;
            var image = new Content.Drawn(drawing.image(number));
            return new InputRecord(
                    ShapesSource.NAME, Long.toString(number), number, drawing.label(number), Annotation.NONE, image);
        }

        @Override
        public void close() {}
    }
}
