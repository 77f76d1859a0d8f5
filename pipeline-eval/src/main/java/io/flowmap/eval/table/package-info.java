/** The table of metrics: rows, protocols, what differs between two runs. */
package io.flowmap.eval.table;
