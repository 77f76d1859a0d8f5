/** Labels and annotations as Python writes them. */
package io.flowmap.ingest.label;
