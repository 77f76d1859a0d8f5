/** Members of folders, zip files and tars, on any Hadoop file system. */
package io.flowmap.ingest.archive;
