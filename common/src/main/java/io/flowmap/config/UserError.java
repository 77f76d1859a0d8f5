package io.flowmap.config;

/**
 * A mistake of the user, told in one line "cannot &lt;verb&gt; &lt;thing&gt;: expected &lt;x&gt;, got &lt;y&gt;"; the program ends with exit code 2.
 * Credentials are left out of the line.
 */
public class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(Secrets.without(message));
    }

    public UserError(String message, Throwable cause) {
        super(Secrets.without(message), cause);
    }
}
