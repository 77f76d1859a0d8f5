/** The jobs {@code evaluate} and {@code dataset}. */
package io.flowmap.eval;
