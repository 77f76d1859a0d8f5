/** The jobs that make and train networks: {@code import}, {@code pretrain}, {@code distill}, {@code ema}. */
package io.flowmap.distill;
