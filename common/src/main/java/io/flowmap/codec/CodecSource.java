package io.flowmap.codec;

import io.flowmap.data.CodecFiles;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Opens codecs from their files. */
public final class CodecSource {
    private CodecSource() {}

    /** Opens the codec. Throws {@link io.flowmap.config.UserError} if the files cannot be read or hold something else. */
    public static LatentCodec open(Configuration hadoop, CodecFiles files) {
        return switch (files.kind()) {
            case TAEF2 -> Taef2.open(hadoop, new Path(files.encoder()), new Path(files.decoder()));
            case ONNX -> OnnxCodec.open(hadoop, files);
            case FLUX -> FluxCodec.open(hadoop, new Path(files.encoder()));
        };
    }
}
