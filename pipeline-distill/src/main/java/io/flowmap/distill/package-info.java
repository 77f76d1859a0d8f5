/** The jobs that train and sample: {@code pretrain}, {@code distill}, {@code generate}. */
package io.flowmap.distill;
