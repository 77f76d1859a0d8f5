package io.flowmap.ingest.label;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flowmap.config.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * Reads JSON and text in the form that Python writes by default: NaN and Infinity, halves of surrogate pairs, byte order marks, integers as
 * floats. If a key occurs twice, the last one counts. JSON may use any Unicode encoding.
 */
public final class PythonText {
    /** Longest number that Python's int accepts: 4300 digits and a sign. */
    private static final int LONGEST_NUMBER = 4301;

    private static final int LONGEST_INDEX = 64;
    private static final int REPLACEMENT = 0xfffd;
    private static final String BYTE_ORDER_MARK = "\ufeff";
    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(LONGEST_NUMBER)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private PythonText() {}

    /** A factory of parsers for streaming JSON. */
    public static JsonFactory jsonFactory() {
        return JSON.getFactory();
    }

    /** Parses a JSON document. Throws {@link IllegalArgumentException} that describes the error. */
    public static JsonNode json(byte[] bytes) {
        try {
            var json = JSON.readTree(bytes);
            if (!json.isMissingNode()) {
                return json;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("unreadable json: " + Json.complaint(e), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("unreadable json: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("unreadable json: it is empty");
    }

    /** Whether a value stands for a missing one. pandas writes NaN for null. */
    public static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull() || value.isDouble() && Double.isNaN(value.doubleValue());
    }

    /**
     * Decodes and strips a text file without its byte order mark. Throws {@link IllegalArgumentException} with {@code what} if it is not
     * UTF-8. UTF-16 without a mark is recognised by its zeros.
     */
    public static String text(byte[] bytes, String what) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.indexOf('\0') < 0) {
                return stripped(text);
            }
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " is not UTF-8 text", e);
        }
        throw new IllegalArgumentException(what + " is not UTF-8 text");
    }

    /** The text without byte order mark and surrounding white space. Half a surrogate pair becomes U+FFFD. */
    public static String stripped(String text) {
        return wellFormed(text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text)
                .strip();
    }

    /** The text in a form that UTF-8 can encode: half a surrogate pair becomes U+FFFD. */
    public static String wellFormed(String text) {
        return text.codePoints()
                .map(point ->
                        point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? REPLACEMENT : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Parses a class index: 3, 3.0 or 3e0. */
    public static OptionalInt index(String text) {
        if (text.length() > LONGEST_INDEX) {
            return OptionalInt.empty();
        }
        try {
            int index = new BigDecimal(text).intValueExact();
            return index < 0 ? OptionalInt.empty() : OptionalInt.of(index);
        } catch (NumberFormatException | ArithmeticException e) {
            return OptionalInt.empty();
        }
    }
}
