package io.flowmap.checkpoint.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.foreign.ForeignCheckpoint;
import io.flowmap.checkpoint.foreign.ModelFolder;
import io.flowmap.checkpoint.foreign.WeightFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Folders of the published names and shapes. With {@code -Dflowmap.drawn=DIR} they are written to a folder, for trials of commands. */
class DrawnFluxTest {
    /** FLUX.1-dev, as its publishers count. */
    private static final long PARAMETERS = 11_901_408_320L;

    private static final FluxSizes SMALL = new FluxSizes(64, 64, 128, 128, 64, 32, 2, 3, true);
    private static final long SHARD = 1_000_000;

    @TempDir
    Path dir;

    @Test
    void trueSizesAreReadFromHeadersAlone() throws IOException {
        DrawnFlux.writeSparse(dir, DrawnFlux.dev(3072));
        long start = System.nanoTime();
        ModelFolder folder = ModelFolder.of(FluxFilesReferenceTest.fileSystem(), FluxFilesReferenceTest.hadoop(dir));
        assertThat(folder.parts())
                .extracting(ModelFolder.Part::name)
                .containsExactly("scheduler", "text_encoder_2", "transformer");
        assertThat(folder.license()).isEqualTo("drawn-for-tests");
        long bytes = 0;
        for (ModelFolder.Part part : folder.parts()) {
            bytes += part.hasWeights()
                    ? folder.open(part).arrays().values().stream()
                            .mapToLong(ForeignCheckpoint.ArrayInfo::bytes)
                            .sum()
                    : 0;
        }
        assertThat(bytes).isGreaterThan(33_000_000_000L);
        FluxWeights weights = FluxWeights.of(folder.open(folder.parts().get(2)));
        assertThat(weights.parameters()).isEqualTo(PARAMETERS);
        assertThat(weights.sizes()).isEqualTo(DrawnFlux.dev(3072));
        assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
    }

    @Test
    void shardsOfADrawnTransformerComeBackBitForBit() throws IOException {
        for (TensorData.Type type :
                new TensorData.Type[] {TensorData.Type.BFLOAT16, TensorData.Type.FLOAT16, TensorData.Type.FLOAT32}) {
            Path folder = dir.resolve(type.code());
            FluxWeights drawn = DrawnFlux.weights(SMALL, type, 7);
            DrawnFlux.writeFolder(FluxFilesReferenceTest.fileSystem(), folder, drawn, DrawnFlux.AXES, SHARD);
            var index = WeightFolder.transformer(new Configuration(), FluxFilesReferenceTest.hadoop(folder));
            FluxWeights read = FluxWeights.of(ForeignCheckpoint.open(FluxFilesReferenceTest.fileSystem(), index));
            assertThat(read.sizes()).isEqualTo(SMALL);
            FluxFilesReferenceTest.requireEqual(read.bfl(), drawn.bfl());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "flowmap.drawn", matches = ".+")
    void foldersAreWrittenForTrials() throws IOException {
        Path place = Files.createDirectories(
                Path.of(System.getProperty("flowmap.drawn")).toAbsolutePath());
        FluxWeights drawn = DrawnFlux.weights(DrawnFlux.dev(384), TensorData.Type.BFLOAT16, 1);
        DrawnFlux.writeFolder(
                FluxFilesReferenceTest.fileSystem(), place.resolve("flux-384"), drawn, DrawnFlux.AXES, 100_000_000);
        DrawnFlux.writeSparse(place.resolve("flux-true"), DrawnFlux.dev(3072));
        assertThat(place.resolve("flux-true/transformer")).exists();
    }
}
