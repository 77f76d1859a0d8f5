package io.flowmap.checkpoint.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowmap.checkpoint.TensorData;
import io.flowmap.config.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LoRAs of drawn numbers from layout to layout. */
class LoraConversionTest {
    private static final FluxSizes SIZES = new FluxSizes(4, 4, 8, 4, 6, 5, 2, 1, true);
    private static final String Q = "transformer_blocks.1.attn.to_q";
    private static final String K = "transformer_blocks.1.attn.to_k";
    private static final String V = "transformer_blocks.1.attn.to_v";

    @TempDir
    Path dir;

    @Test
    void layersTrainedApartComeBackFromTheJoinedLayerWithTheirAlpha() {
        LoraFile lora = scaled(List.of(Q, K, V), Map.of(Q, 8.0, K, 8.0, V, 8.0));
        Adapter joined = lora.to(LoraLayout.KOHYA).adapters().get("double_blocks.1.img_attn.qkv");
        assertThat(joined.rank()).isEqualTo(12);
        assertThat(joined.alpha()).isEqualTo(24);
        LoraFile back = read(lora.to(LoraLayout.KOHYA)).to(LoraLayout.DIFFUSERS);
        assertThat(back.adapters().get(K).alpha()).isEqualTo(8);
        assertThat(back.adapters().get(K).a().bytes())
                .isEqualTo(lora.adapters().get(K).a().bytes());
        assertThat(back.adapters().get(K).b().bytes())
                .isEqualTo(lora.adapters().get(K).b().bytes());
    }

    @Test
    void layersOfDifferentScalesAreJoinedWithoutAChangeOfTheirProduct() {
        LoraFile lora = scaled(List.of(Q, V), Map.of(Q, 4.0, V, 3.0));
        FluxWeights base = DrawnFlux.weights(SIZES, TensorData.Type.FLOAT32, 1);
        String name = "double_blocks.1.img_attn.qkv.weight";
        assertThat(base.merged(read(lora.to(LoraLayout.KOHYA)), 1)
                        .bfl()
                        .read(name)
                        .floats())
                .containsExactly(
                        base.merged(lora, 1).bfl().read(name).floats(), org.assertj.core.data.Offset.offset(1e-6f));
    }

    @Test
    void patternsOfTheMetadataGiveEachLayerItsRankAndAlpha() {
        LoraFile narrow = DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS, 2, List.of("proj_out"), false, 3);
        LoraFile wide = DrawnFlux.lora(
                SIZES, LoraLayout.DIFFUSERS, 4, List.of("single_transformer_blocks.0.proj_out", Q, K), false, 4);
        var all = new LinkedHashMap<>(wide.adapters());
        all.putAll(narrow.adapters());
        var lora = new LoraFile("drawn", LoraLayout.DIFFUSERS_OLDER, SIZES, all, Map.of(), Map.of(), null);
        LoraFile read = read(lora.to(LoraLayout.DIFFUSERS));
        assertThat(read.header()).containsKey("lora_adapter_metadata");
        assertThat(read.adapters().get("proj_out").alpha()).isEqualTo(2);
        assertThat(read.adapters().get("single_transformer_blocks.0.proj_out").alpha())
                .isEqualTo(4);
        assertThat(read(read.to(LoraLayout.PEFT)).adapters().get("proj_out").alpha())
                .isEqualTo(2);
    }

    @Test
    void trainedAdaptersOfJoinedLayersAndOfTheirPartsBecomeDiffusersLayers() {
        LoraFile whole = DrawnFlux.lora(
                SIZES,
                LoraLayout.BFL,
                2,
                List.of("double_blocks.0.img_attn.qkv", "final_layer.adaLN_modulation.1"),
                false,
                5);
        Adapter part = DrawnFlux.lora(
                        SIZES, LoraLayout.DIFFUSERS, 2, List.of("single_transformer_blocks.0.proj_mlp"), false, 6)
                .adapters()
                .get("single_transformer_blocks.0.proj_mlp");
        var trained = new LinkedHashMap<>(whole.adapters());
        trained.put("single_blocks.0.linear1.mlp", part);
        LoraFile lora = LoraFile.of("student", SIZES, trained);
        assertThat(lora.adapters())
                .containsOnlyKeys(
                        "transformer_blocks.0.attn.to_q",
                        "transformer_blocks.0.attn.to_k",
                        "transformer_blocks.0.attn.to_v",
                        "norm_out.linear",
                        "single_transformer_blocks.0.proj_mlp");
        FluxWeights base = DrawnFlux.weights(SIZES, TensorData.Type.FLOAT32, 1);
        for (String name : List.of("double_blocks.0.img_attn.qkv.weight", "final_layer.adaLN_modulation.1.weight")) {
            assertThat(base.merged(read(lora), 1).bfl().read(name).bytes())
                    .isEqualTo(base.merged(whole, 1).bfl().read(name).bytes());
        }
        assertThatThrownBy(() -> LoraFile.of("student", SIZES, Map.of("double_blocks.9.img_attn.qkv.q", part)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("double_blocks.9.img_attn.qkv.q");
    }

    @Test
    void whatALayoutCannotHoldIsNamed() {
        LoraFile control = DrawnFlux.lora(SIZES, LoraLayout.BFL, 2, List.of("img_in", "txt_in"), true, 7);
        assertThatThrownBy(() -> control.to(LoraLayout.KOHYA).tensors())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("img_in BIAS")
                .hasMessageContaining("txt_in BIAS");
        assertThatThrownBy(() -> control.to(LoraLayout.XLABS).tensors())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("img_in A");
    }

    @Test
    void aWiderInputWidensTheBaseWithZeros() {
        var wide = new FluxSizes(8, 4, 8, 4, 6, 5, 2, 1, true);
        Adapter adapter = DrawnFlux.lora(wide, LoraLayout.BFL, 2, List.of("img_in"), true, 8)
                .adapters()
                .get("img_in");
        var lora = new LoraFile("control", LoraLayout.BFL, SIZES, Map.of("img_in", adapter), Map.of(), Map.of(), null);
        FluxWeights base = DrawnFlux.weights(SIZES, TensorData.Type.FLOAT32, 1);
        FluxWeights merged = base.merged(read(lora), 0.5);
        assertThat(merged.sizes().inChannels()).isEqualTo(8);
        double[] w = base.bfl().read("img_in.weight").doubles();
        double[] sum = merged.bfl().read("img_in.weight").doubles();
        double[] a = adapter.a().doubles();
        double[] b = adapter.b().doubles();
        for (int row = 0; row < 8; row++) {
            for (int column = 0; column < 8; column++) {
                double product = b[2 * row] * a[column] + b[2 * row + 1] * a[8 + column];
                double expected = (column < 4 ? w[4 * row + column] : 0) + 0.5 * product;
                assertThat(sum[8 * row + column]).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-6));
            }
        }
        double bias = base.bfl().read("img_in.bias").doubles()[3]
                + 0.5 * adapter.bias().doubles()[3];
        assertThat(merged.bfl().read("img_in.bias").doubles()[3])
                .isCloseTo(bias, org.assertj.core.data.Offset.offset(1e-6));
    }

    /** Adapters of rank 4 with an alpha each. */
    private static LoraFile scaled(List<String> modules, Map<String, Double> alphas) {
        LoraFile drawn = DrawnFlux.lora(SIZES, LoraLayout.DIFFUSERS, 4, modules, false, 2);
        var adapters = new LinkedHashMap<String, Adapter>();
        drawn.adapters()
                .forEach((name, adapter) ->
                        adapters.put(name, new Adapter(adapter.a(), adapter.b(), alphas.get(name), null, false, null)));
        return new LoraFile("drawn", LoraLayout.DIFFUSERS, SIZES, adapters, Map.of(), Map.of(), null);
    }

    /** The LoRA as it comes back from its file. */
    private LoraFile read(LoraFile lora) {
        var path = FluxFilesReferenceTest.hadoop(dir.resolve(lora.layout() + "-" + lora.hashCode()));
        FluxFiles.write(FluxFilesReferenceTest.fileSystem(), path, lora);
        return LoraFile.read(FluxFilesReferenceTest.fileSystem(), path, lora.sizes());
    }
}
