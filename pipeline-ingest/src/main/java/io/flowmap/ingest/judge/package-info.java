/** Verdicts on records: filters, duplicates, limits, and the ledger that records them. */
package io.flowmap.ingest.judge;
