package io.flowmap.engine;

import java.util.List;

/** Adds instructions to a program. Equal instructions are added once, and products with constants are merged. */
public interface Emitter {
    /** The results of an instruction, one for each shape. */
    List<Value> emit(Instruction.Op op, List<Value> inputs, List<long[]> shapes, Type type);

    /** The value of an instruction with one result. */
    default Value emit(Instruction.Op op, List<Value> inputs, long[] shape, Type type) {
        return emit(op, inputs, List.of(shape), type).get(0);
    }

    /** a x, merged with a factor that x already has. */
    Value scaled(Value x, double factor);

    /** Contiguous elements of x from number {@code offset} on, in a shape. They are not copied. */
    Value view(Value x, long offset, long[] shape);

    /** x + shift. */
    Value shifted(Value x, double shift);

    /** The value of an elementwise op of two operands with the shape of {@code a}. */
    default Value binary(String op, Value a, Value b) {
        return emit(Instruction.Op.of(op), List.of(a, b), a.shape(), a.type());
    }

    /** The same elements in another type. */
    default Value cast(Value a, Type type) {
        return a.type() == type ? a : emit(Instruction.Op.of("cast"), List.of(a), a.shape(), type);
    }

    /** The value of an elementwise op of one operand. */
    default Value unary(String op, Value a) {
        return emit(Instruction.Op.of(op), List.of(a), a.shape(), a.type());
    }
}
