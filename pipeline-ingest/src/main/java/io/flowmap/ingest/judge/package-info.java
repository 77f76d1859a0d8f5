/** What becomes of a record: filters, duplicates, limits, and the ledger that tells. */
package io.flowmap.ingest.judge;
