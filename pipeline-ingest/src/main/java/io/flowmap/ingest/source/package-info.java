/**
 * Sources of records: zips, folders, tar shards and drawn shapes. They are planned on the driver and read portion by portion in tasks. Does
 * not use Spark.
 */
package io.flowmap.ingest.source;
