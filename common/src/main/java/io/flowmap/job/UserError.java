package io.flowmap.job;

/** A mistake of the user, told in one line "cannot &lt;verb&gt; &lt;thing&gt;: expected &lt;x&gt;, got &lt;y&gt;"; the program ends with exit code 2. */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(message);
    }

    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
