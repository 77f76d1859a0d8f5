/** The table of metrics: rows, protocols, and the differences between two runs. */
package io.flowmap.eval.table;
