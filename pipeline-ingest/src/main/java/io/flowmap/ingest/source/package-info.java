/**
 * Where records come from: zips, folders, tar shards and drawn shapes, planned on the driver and read portion by
 * portion in tasks. No Spark here.
 */
package io.flowmap.ingest.source;
