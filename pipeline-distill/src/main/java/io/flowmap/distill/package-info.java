/** The jobs that import, train and average networks: {@code import}, {@code pretrain}, {@code distill}, {@code ema}. */
package io.flowmap.distill;
