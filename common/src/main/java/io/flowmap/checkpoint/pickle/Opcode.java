package io.flowmap.checkpoint.pickle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;

/** The supported opcodes of protocols 2 to 5. Persistent classes, extensions and out-of-band buffers are not supported. */
enum Opcode {
    MARK('(', (m, in) -> m.mark()),
    POP('0', (m, in) -> m.discard()),
    POP_MARK('1', (m, in) -> m.popMark()),
    DUP('2', (m, in) -> m.push(m.top())),
    NONE('N', (m, in) -> m.push(null)),
    NEWTRUE(0x88, (m, in) -> m.push(true)),
    NEWFALSE(0x89, (m, in) -> m.push(false)),
    BININT('J', (m, in) -> m.push((long) in.i4())),
    BININT1('K', (m, in) -> m.push((long) in.u1())),
    BININT2('M', (m, in) -> m.push((long) in.u2())),
    LONG1(0x8a, (m, in) -> m.push(PickleStream.number(in.bytes(in.u1())))),
    BINFLOAT('G', (m, in) -> m.push(in.f8())),
    SHORT_BINSTRING('U', (m, in) -> m.push(in.text(in.u1(), StandardCharsets.ISO_8859_1))),
    BINSTRING('T', (m, in) -> m.push(in.text(in.u4(), StandardCharsets.ISO_8859_1))),
    SHORT_BINUNICODE(0x8c, (m, in) -> m.push(in.text(in.u1(), StandardCharsets.UTF_8))),
    BINUNICODE('X', (m, in) -> m.push(in.text(in.u4(), StandardCharsets.UTF_8))),
    BINUNICODE8(0x8d, (m, in) -> m.push(in.text(in.i8(), StandardCharsets.UTF_8))),
    SHORT_BINBYTES('C', (m, in) -> m.push(in.skip(in.u1()))),
    BINBYTES('B', (m, in) -> m.push(in.skip(in.u4()))),
    BINBYTES8(0x8e, (m, in) -> m.push(in.skip(in.i8()))),
    BYTEARRAY8(0x96, (m, in) -> m.push(in.skip(in.i8()))),
    EMPTY_TUPLE(')', (m, in) -> m.push(new Tuple(List.of()))),
    TUPLE1(0x85, (m, in) -> m.push(m.tuple(1))),
    TUPLE2(0x86, (m, in) -> m.push(m.tuple(2))),
    TUPLE3(0x87, (m, in) -> m.push(m.tuple(3))),
    TUPLE('t', (m, in) -> m.push(new Tuple(m.popMark()))),
    EMPTY_LIST(']', (m, in) -> m.push(new ArrayList<>())),
    APPEND('a', (m, in) -> m.append(m.tuple(1).items())),
    APPENDS('e', (m, in) -> m.append(m.popMark())),
    EMPTY_DICT('}', (m, in) -> m.push(new LinkedHashMap<>())),
    SETITEM('s', (m, in) -> m.put(m.tuple(2).items())),
    SETITEMS('u', (m, in) -> m.put(m.popMark())),
    EMPTY_SET(0x8f, (m, in) -> m.push(new LinkedHashSet<>())),
    ADDITEMS(0x90, (m, in) -> m.add(m.popMark())),
    FROZENSET(0x91, (m, in) -> m.push(Unpickler.set(m.popMark()))),
    GLOBAL('c', (m, in) -> m.global(in.line(), in.line())),
    STACK_GLOBAL(0x93, (m, in) -> m.stackGlobal()),
    REDUCE('R', (m, in) -> m.reduce()),
    NEWOBJ(0x81, (m, in) -> m.reduce()),
    BUILD('b', (m, in) -> m.build()),
    BINPERSID('Q', (m, in) -> m.persistent()),
    BINPUT('q', (m, in) -> m.memoize(in.u1())),
    LONG_BINPUT('r', (m, in) -> m.memoize(in.u4())),
    MEMOIZE(0x94, (m, in) -> m.memoize()),
    BINGET('h', (m, in) -> m.recall(in.u1())),
    LONG_BINGET('j', (m, in) -> m.recall(in.u4())),
    FRAME(0x95, (m, in) -> Unpickler.frame(in.i8(), in.remaining())),
    STOP('.', (m, in) -> {});

    /** Effect of an opcode on the machine and its operands. */
    interface Action {
        void run(PickleMachine machine, PickleStream in) throws IOException;
    }

    private static final Opcode[] TABLE = new Opcode[256];

    static {
        for (var opcode : values()) {
            TABLE[opcode.code] = opcode;
        }
    }

    private final int code;
    private final Action action;

    Opcode(int code, Action action) {
        this.code = code;
        this.action = action;
    }

    /** The opcode with this code. Throws {@link IllegalArgumentException} if it is not supported. */
    static Opcode of(int code) {
        var opcode = TABLE[code];
        if (opcode == null) {
            throw new IllegalArgumentException(
                    "expected an opcode of pickle protocols 2 to 5, got 0x" + Integer.toHexString(code));
        }
        return opcode;
    }

    void run(PickleMachine machine, PickleStream in) throws IOException {
        action.run(machine, in);
    }
}
