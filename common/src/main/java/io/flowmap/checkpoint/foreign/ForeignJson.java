package io.flowmap.checkpoint.foreign;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flowmap.checkpoint.pickle.Blob;
import io.flowmap.config.Json;
import io.flowmap.config.Secrets;
import io.flowmap.config.UserError;
import io.flowmap.file.Store;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** JSON objects in files of other programs: of limited size, without repeated keys or anything after the object. */
public final class ForeignJson {
    private static final int MAX_BYTES = 16 << 20;
    private static final ObjectReader STRICT = Json.mapper()
            .reader()
            .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ForeignJson() {}

    /** Reads a file. Throws {@link UserError} if there is none or it does not hold an object. */
    public static ObjectNode read(FileSystem fileSystem, Path file) {
        try {
            return parse(text(fileSystem, file));
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + name(file) + ": " + e.getMessage(), e);
        }
    }

    /** Reads the text of a file. Throws {@link UserError} if there is none or it is too long or not in UTF-8. */
    public static String text(FileSystem fileSystem, Path file) {
        try {
            return text(FileBlob.of(fileSystem, file), "a file");
        } catch (IllegalArgumentException e) {
            throw new UserError("cannot read " + name(file) + ": " + e.getMessage(), e);
        } catch (EOFException | ChecksumException e) {
            throw new UserError("cannot read " + name(file) + ": expected a sound file, got " + e.getMessage(), e);
        } catch (IOException e) {
            throw Store.failure("cannot read " + name(file), e);
        }
    }

    private static String name(Path file) {
        return Secrets.withoutUserInfo(file.toString());
    }

    /** Reads the bytes of a file. Throws {@link IllegalArgumentException} if they are not an object. */
    static ObjectNode read(Blob file, String what) throws IOException {
        return parse(text(file, what));
    }

    private static String text(Blob file, String what) throws IOException {
        if (file.length() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "expected " + what + " of at most " + MAX_BYTES + " bytes, got " + file.length());
        }
        try {
            var bytes = ByteBuffer.wrap(file.read(0, (int) file.length()));
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("expected text in UTF-8, got other bytes", e);
        }
    }

    /** Parses a text. Throws {@link IllegalArgumentException} if it is not an object. */
    public static ObjectNode parse(String text) {
        try {
            if (STRICT.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected JSON: " + Json.complaint(e), e);
        }
        throw new IllegalArgumentException("expected a JSON object, got another value");
    }
}
