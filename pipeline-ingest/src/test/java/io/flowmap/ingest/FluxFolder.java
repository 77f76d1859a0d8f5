package io.flowmap.ingest;

import io.flowmap.checkpoint.SafeTensors;
import io.flowmap.checkpoint.TensorData;
import io.flowmap.checkpoint.foreign.ConfigFile;
import io.flowmap.nn.Parameter;
import io.flowmap.nn.text.ClipText;
import io.flowmap.nn.text.T5Encoder;
import io.flowmap.nn.vae.Autoencoder;
import io.flowmap.nn.vae.AutoencoderConfig;
import io.flowmap.tensor.CounterRandom;
import io.flowmap.text.Tokenizers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * A folder laid out as FLUX.1's, with small drawn networks: an autoencoder of factor 4 in float32, CLIP with its real number of tokens in
 * bfloat16, T5 in two shards of bfloat16 with a tokenizer of words.
 */
record FluxFolder(Path root) {
    private static final String VAE =
            """
            {"_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "act_fn": "silu",
             "block_out_channels": [8, 16, 16], "layers_per_block": 1, "latent_channels": 4, "norm_num_groups": 4,
             "scaling_factor": 0.3611, "shift_factor": 0.1159, "use_quant_conv": false,
             "use_post_quant_conv": false}""";
    private static final String CLIP =
            """
            {"model_type": "clip_text_model", "vocab_size": 49408, "max_position_embeddings": 77, "hidden_size": 8,
             "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16, "hidden_act": "quick_gelu",
             "layer_norm_eps": 1e-05}""";
    private static final String T5 =
            """
            {"model_type": "t5", "vocab_size": 8, "d_model": 12, "num_layers": 2, "num_heads": 2, "d_kv": 4,
             "d_ff": 20, "feed_forward_proj": "gated-gelu", "relative_attention_num_buckets": 32,
             "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06, "pad_token_id": 0}""";

    /** Draws the networks. CLIP's tokenizer is linked in as it is. */
    static FluxFolder draw(Path root, Path clipTokenizer) throws IOException {
        var folder = new FluxFolder(root);
        write(folder.file("vae", ConfigFile.NAME), VAE);
        write(folder.file("text_encoder", ConfigFile.NAME), CLIP);
        write(folder.file("text_encoder_2", ConfigFile.NAME), T5);
        Files.createDirectories(folder.file("tokenizer_2"));
        Tokenizers.ending(folder.file("tokenizer_2", "tokenizer.json"), "a", "the", "on", "of", "with");
        Files.createDirectories(folder.file("tokenizer"));
        Files.copy(clipTokenizer, folder.file("tokenizer", "tokenizer.json"));
        var autoencoder = new Autoencoder(AutoencoderConfig.of(folder.config("vae"))).parameters();
        save(folder.file("vae", "diffusion_pytorch_model.safetensors"), autoencoder, TensorData.Type.FLOAT32);
        var clip = new ClipText(ClipText.Config.of(folder.config("text_encoder"))).parameters();
        save(folder.file("text_encoder", "model.safetensors"), clip, TensorData.Type.BFLOAT16);
        var t5 = new T5Encoder(T5Encoder.Config.of(folder.config("text_encoder_2"))).parameters();
        var shards = List.of(t5.subList(0, 5), t5.subList(5, t5.size()));
        var map = new LinkedHashMap<String, String>();
        for (int i = 0; i < shards.size(); i++) {
            var name = "model-0000" + (i + 1) + "-of-00002.safetensors";
            save(folder.file("text_encoder_2", name), shards.get(i), TensorData.Type.BFLOAT16);
            shards.get(i).forEach(parameter -> map.put(parameter.name(), name));
        }
        var entries = map.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\": \"" + entry.getValue() + "\"")
                .collect(Collectors.joining(", "));
        write(folder.file("text_encoder_2", "model.safetensors.index.json"), "{\"weight_map\": {" + entries + "}}");
        return folder;
    }

    Path file(String first, String... more) {
        return root.resolve(Path.of(first, more));
    }

    private ConfigFile config(String network) {
        return ConfigFile.read(
                new Configuration(),
                new org.apache.hadoop.fs.Path(file(network, ConfigFile.NAME).toUri()));
    }

    /** Weights N(0, 1/fan-in), gains around 1, small biases. */
    private static void save(Path file, List<Parameter> parameters, TensorData.Type type) {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (int i = 0; i < parameters.size(); i++) {
            var parameter = parameters.get(i);
            var values = new float[(int) parameter.length()];
            new CounterRandom(5).gaussians(values, 0, values.length, i);
            long rows = parameter.shape()[0];
            boolean gain = parameter.shape().length == 1 && parameter.kind() != Parameter.Kind.BIAS;
            double scale = parameter.shape().length == 1 ? 0.1 : Math.sqrt((double) rows / values.length);
            for (int j = 0; j < values.length; j++) {
                values[j] = (float) (scale * values[j] + (gain ? 1 : 0));
            }
            tensors.put(parameter.name(), tensor(type, values, parameter.shape()));
        }
        var bytes = new ByteArrayOutputStream();
        try {
            SafeTensors.write(bytes, tensors, Map.of("format", "pt"));
            Files.write(file, bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TensorData tensor(TensorData.Type type, float[] values, long[] shape) {
        if (type == TensorData.Type.FLOAT32) {
            return TensorData.of(values, 0, shape);
        }
        var bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> Short.SIZE));
        }
        return new TensorData(type, shape, bytes.array());
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
