/** The jobs that make teachers, train and sample: {@code pretrain}, {@code import}, {@code prepare-teacher}, {@code distill}, {@code generate}. */
package io.flowmap.distill;
