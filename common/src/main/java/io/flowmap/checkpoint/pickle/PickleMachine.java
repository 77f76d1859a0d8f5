package io.flowmap.checkpoint.pickle;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Stack, marks and memo while a pickle is being read. */
final class PickleMachine {
    private static final long MAX_TEXTS = 64L << 20;

    private final Map<String, Global> globals;
    private final Global persistent;
    private final List<Object> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private long texts;

    PickleMachine(Map<String, Global> globals, Global persistent) {
        this.globals = globals;
        this.persistent = persistent;
    }

    void push(Object value) {
        texts += value instanceof String text ? text.length() : 0;
        if (texts > MAX_TEXTS) {
            throw new IllegalArgumentException("expected at most " + MAX_TEXTS + " characters of text, got more");
        }
        stack.add(value);
    }

    Object top() {
        requireItems(1);
        return stack.get(stack.size() - 1);
    }

    Object pop() {
        requireItems(1);
        return stack.remove(stack.size() - 1);
    }

    void mark() {
        marks.push(stack.size());
    }

    /** POP: removes the top item, or the mark if it is on top. */
    void discard() {
        if (!marks.isEmpty() && marks.peek() == stack.size()) {
            marks.pop();
        } else {
            pop();
        }
    }

    /** Removes and returns the items above the last mark, and removes the mark. */
    List<Object> popMark() {
        if (marks.isEmpty()) {
            throw new IllegalArgumentException("expected a mark on the stack, got none");
        }
        var above = stack.subList(marks.pop(), stack.size());
        var items = new ArrayList<>(above);
        above.clear();
        return items;
    }

    /** Removes the last items and returns them as a tuple. */
    Tuple tuple(int size) {
        requireItems(size);
        var last = stack.subList(stack.size() - size, stack.size());
        var tuple = new Tuple(last);
        last.clear();
        return tuple;
    }

    @SuppressWarnings("unchecked")
    void append(List<Object> items) {
        if (!(top() instanceof List<?> list)) {
            throw new IllegalArgumentException("expected a list to append to, got " + Unpickler.kind(top()));
        }
        ((List<Object>) list).addAll(items);
    }

    @SuppressWarnings("unchecked")
    void put(List<Object> items) {
        if (!(top() instanceof LinkedHashMap<?, ?> map) || items.size() % 2 != 0) {
            throw new IllegalArgumentException("expected a dict and pairs to put into it, got " + items.size()
                    + " items for " + Unpickler.kind(top()));
        }
        for (int i = 0; i < items.size(); i += 2) {
            ((Map<Object, Object>) map).put(Unpickler.key(items.get(i)), items.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked")
    void add(List<Object> items) {
        if (!(top() instanceof Set<?> set)) {
            throw new IllegalArgumentException("expected a set to add to, got " + Unpickler.kind(top()));
        }
        ((Set<Object>) set).addAll(Unpickler.set(items));
    }

    void global(Object module, Object name) {
        if (!(module instanceof String) || !(name instanceof String)) {
            throw new IllegalArgumentException(
                    "expected names of a global, got " + Unpickler.kind(module) + " and " + Unpickler.kind(name));
        }
        var full = module + "." + name;
        var global = globals.get(full);
        if (global == null) {
            throw new IllegalArgumentException(
                    "expected a global that builds plain values or arrays, got " + Unpickler.printable(full));
        }
        push(new Global.Reference(full, global));
    }

    void stackGlobal() {
        var names = tuple(2).items();
        global(names.get(0), names.get(1));
    }

    /** REDUCE and NEWOBJ: calls a listed global with a tuple of arguments. */
    void reduce() throws IOException {
        var call = tuple(2).items();
        if (!(call.get(0) instanceof Global.Reference reference) || !(call.get(1) instanceof Tuple arguments)) {
            throw new IllegalArgumentException("expected a global and its arguments, got " + Unpickler.kind(call.get(0))
                    + " and " + Unpickler.kind(call.get(1)));
        }
        push(reference.global().call(arguments.items()));
    }

    /**
     * BUILD: sets the content of the top value. Attributes of a dict (torch keeps module versions there) are ignored, since they are not
     * items.
     */
    void build() {
        var state = pop();
        if (top() instanceof Buildable value) {
            value.build(state);
        } else if (!(top() instanceof LinkedHashMap)) {
            throw new IllegalArgumentException("expected an object to build, got " + Unpickler.kind(top()));
        }
    }

    void persistent() throws IOException {
        if (!(pop() instanceof Tuple id)) {
            throw new IllegalArgumentException("expected a tuple as persistent id, got another value");
        }
        push(persistent.call(id.items()));
    }

    void memoize(long key) {
        memo.put(key, top());
    }

    void memoize() {
        memoize(memo.size());
    }

    void recall(long key) {
        if (!memo.containsKey(key)) {
            throw new IllegalArgumentException("expected a value in the memo, got none at " + key);
        }
        push(memo.get(key));
    }

    /** The single value left at the end. */
    Object result() {
        if (stack.size() != 1 || !marks.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected one value at the end, got " + stack.size() + " and " + marks.size() + " marks");
        }
        return pop();
    }

    /** Requires items on the stack above the last mark. Items below it cannot be used. */
    private void requireItems(int count) {
        int reach = stack.size() - (marks.isEmpty() ? 0 : marks.peek());
        if (reach < count) {
            throw new IllegalArgumentException("expected " + count + " values on the stack, got " + reach);
        }
    }
}
