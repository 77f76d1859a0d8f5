package io.flowmap.checkpoint.pickle;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads pickles as plain values: null, Boolean, Long, BigInteger, Double, String, {@link LongText}, {@link Blob} (bytes), {@link List},
 * {@link Tuple}, {@link Map}, {@link Set}, {@link Global.Reference}, and what the listed globals build.
 *
 * <p>Reading always ends: each step of the loop handles one opcode, and every opcode takes at least one byte. Memory is bounded: an opcode
 * keeps at most {@value PickleStream#MAX_TEXT} bytes of text, the number of opcodes and the total text of a pickle are limited, and longer
 * byte strings are only located.
 */
public final class Unpickler {
    private static final int PROTO = 0x80;
    private static final int MIN_PROTOCOL = 2;
    private static final int MAX_PROTOCOL = 5;
    private static final long MAX_OPCODES = 4_000_000;
    private static final int SHOWN = 120;

    private final Map<String, Global> globals;
    private final Global persistent;

    /**
     * @param globals handlers by module and name; any other global is an error
     * @param persistent builds the value of a persistent id
     */
    public Unpickler(Map<String, Global> globals, Global persistent) {
        this.globals = globals;
        this.persistent = persistent;
    }

    /** An unpickler for which persistent ids are errors. */
    public Unpickler(Map<String, Global> globals) {
        this(globals, id -> {
            throw new IllegalArgumentException("expected no persistent id, got one");
        });
    }

    /** Reads the next pickle. Throws {@link IllegalArgumentException} if it is damaged or uses anything that is not listed. */
    public Object load(PickleStream in) throws IOException {
        requireProtocol(in);
        var machine = new PickleMachine(globals, persistent);
        for (long count = 0; ; count++) {
            long at = in.position();
            Opcode opcode = null;
            try {
                requireBound(count);
                opcode = Opcode.of(in.u1());
                opcode.run(machine, in);
                if (opcode == Opcode.STOP) {
                    return machine.result();
                }
            } catch (IllegalArgumentException e) {
                var place = (opcode == null ? "" : " by " + opcode) + " at byte " + at;
                throw new IllegalArgumentException(e.getMessage() + place, e);
            }
        }
    }

    /** Type of a value, for messages. */
    public static String kind(Object value) {
        return value == null
                ? "None"
                : value instanceof Global.Reference reference
                        ? printable(reference.name())
                        : value.getClass().getSimpleName();
    }

    /** A foreign text for messages: control characters replaced, long text cut. */
    public static String printable(String text) {
        var shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
        return shown.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?");
    }

    /** A key of a dict or set. Only strings and plain numbers are accepted, because their hash is cheap. */
    static Object key(Object key) {
        if (key instanceof String || key instanceof Long || key instanceof Boolean || key instanceof Double) {
            return key;
        }
        throw new IllegalArgumentException("expected a string or a number as key, got " + kind(key));
    }

    /** A set of keys. */
    public static Set<Object> set(List<Object> items) {
        var set = new LinkedHashSet<>();
        items.forEach(item -> set.add(key(item)));
        return set;
    }

    /** Checks the length that a frame announces. Frames have no other effect. */
    static void frame(long length, long remaining) {
        if (length < 0 || length > remaining) {
            throw new IllegalArgumentException(
                    "expected a frame of at most " + remaining + " bytes, got " + Long.toUnsignedString(length));
        }
    }

    private static void requireBound(long count) {
        if (count == MAX_OPCODES) {
            throw new IllegalArgumentException("expected at most " + MAX_OPCODES + " opcodes, got more");
        }
    }

    private static void requireProtocol(PickleStream in) throws IOException {
        long at = in.position();
        int first = in.u1();
        int protocol = first == PROTO ? in.u1() : 0;
        if (protocol < MIN_PROTOCOL || protocol > MAX_PROTOCOL) {
            throw new IllegalArgumentException("expected a pickle of protocol 2 to 5, got "
                    + (first == PROTO ? "protocol " + protocol : "byte 0x" + Integer.toHexString(first)) + " at byte "
                    + at);
        }
    }
}
