/**
 * Python pickles, protocols 2 to 5, read as plain values. Nothing of a pickle is ever run: only the globals that the caller lists are
 * known, and large byte strings are located, not loaded.
 */
package io.flowmap.checkpoint.pickle;
