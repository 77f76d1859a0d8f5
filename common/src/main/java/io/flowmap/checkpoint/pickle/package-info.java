/**
 * Reads Python pickles of protocols 2 to 5 as plain values. No code of a pickle is ever executed: only the globals listed by the caller are
 * known. Large byte strings are located, not loaded.
 */
package io.flowmap.checkpoint.pickle;
