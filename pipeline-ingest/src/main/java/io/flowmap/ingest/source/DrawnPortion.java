package io.flowmap.ingest.source;

import io.flowmap.ingest.image.PixelImage;
import io.flowmap.ingest.label.Annotation;
import io.flowmap.scene.Scene;
import io.flowmap.scene.SceneDrawing;
import io.flowmap.scene.SceneDrawing.Mix;
import io.flowmap.scene.SceneLaw;
import java.util.Map;
import java.util.function.LongFunction;
import org.apache.hadoop.conf.Configuration;

/** A run of consecutive drawings. */
record DrawnPortion(DrawnSource source, long from, long to) implements Portion {
    @Override
    public RecordStream open(Configuration hadoop, Reading reading) {
        return new Stream(
                switch (source.dataset()) {
                    case SHAPES -> shapes(new ShapeDrawing(source.seed(), source.split()));
                    case SCENES -> scenes(SceneLaw.FIRST);
                    case SCENES_HARD -> scenes(SceneLaw.HARD);
                },
                from,
                to);
    }

    private LongFunction<InputRecord> shapes(ShapeDrawing drawing) {
        return number -> record(number, drawing.label(number), Annotation.NONE, drawing.image(number));
    }

    private LongFunction<InputRecord> scenes(SceneLaw law) {
        var mix = source.training() ? Mix.TRAINING : Mix.EVALUATION;
        var drawing = new SceneDrawing(law, mix, source.seed(), source.split());
        return number -> {
            var scene = drawing.scene(number);
            var image = PixelImage.ofPlanes(Scene.CHANNELS, Scene.SIDE, Scene.SIDE, scene.planes());
            var annotation = new Annotation(scene.caption(), Annotation.DRAWN, Map.of());
            return record(number, InputRecord.NO_LABEL, annotation, image);
        };
    }

    private InputRecord record(long number, int label, Annotation annotation, PixelImage image) {
        return new InputRecord(
                source.name(), Long.toString(number), number, label, annotation, new Content.Drawn(image));
    }

    private static final class Stream implements RecordStream {
        private final LongFunction<InputRecord> drawing;
        private final long to;
        private long at;

        Stream(LongFunction<InputRecord> drawing, long from, long to) {
            this.drawing = drawing;
            this.to = to;
            this.at = from;
        }

        @Override
        public InputRecord next() {
            return at == to ? null : drawing.apply(at++);
        }

        @Override
        public void close() {}
    }
}
