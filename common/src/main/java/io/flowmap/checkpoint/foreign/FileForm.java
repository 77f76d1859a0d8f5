package io.flowmap.checkpoint.foreign;

import io.flowmap.checkpoint.SafeTensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Formats of checkpoints, detected by their first bytes. A safetensors file begins with a length, which may be any byte; it is recognised
 * by the JSON that opens at byte 8. A pickle cannot have zeros before such a byte, because they are no valid opcodes.
 */
enum FileForm {
    SAFETENSORS,
    ZIP,
    PICKLE,
    OTHER;

    private static final int HEADER = Long.BYTES;
    private static final int ZIP_MEMBER = 0x04034b50;
    private static final int PROTO = 0x80;
    private static final int LAST_PROTOCOL = 5;

    /** Format of a file with these first bytes: at least nine, or all bytes of a shorter file. */
    static FileForm of(byte[] begin) {
        var bytes = ByteBuffer.wrap(begin).order(ByteOrder.LITTLE_ENDIAN);
        boolean opens = begin.length > HEADER && begin[HEADER] == '{';
        if (opens && isHeader(bytes.getLong(0))) {
            return SAFETENSORS;
        }
        if (begin.length >= Integer.BYTES && bytes.getInt(0) == ZIP_MEMBER) {
            return ZIP;
        }
        boolean pickle = begin.length > 1 && (begin[0] & 0xff) == PROTO && (begin[1] & 0xff) <= LAST_PROTOCOL;
        return pickle ? PICKLE : opens ? SAFETENSORS : OTHER;
    }

    private static boolean isHeader(long length) {
        return length >= 2 && length <= SafeTensors.MAX_HEADER;
    }
}
