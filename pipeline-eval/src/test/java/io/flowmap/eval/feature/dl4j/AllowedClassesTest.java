package io.flowmap.eval.feature.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

class AllowedClassesTest {
    /**
     * Jackson takes a class from a file where a type says so, and for properties of type Class or Object. Of all types that a configuration
     * of allowed classes can hold, the first take it from keys that are checked, and there are none of the second.
     */
    @Test
    void aConfigurationCanNameClassesOnlyWhereTheyAreChecked() throws ClassNotFoundException {
        var reached = new HashSet<Class<?>>();
        var next = new ArrayDeque<Class<?>>(Set.of(MultiLayerConfiguration.class, ComputationGraphConfiguration.class));
        for (var name : AllowedClasses.all()) {
            next.add(Class.forName(name));
        }
        int keyed = 0;
        while (!next.isEmpty()) {
            var type = next.poll();
            if (!reached.add(type)) {
                continue;
            }
            assertThat(type).as("reached").isNotIn(Object.class, Class.class);
            var info = type.getDeclaredAnnotation(JsonTypeInfo.class);
            if (info != null && info.use() != JsonTypeInfo.Id.NAME) {
                assertThat(info.property()).as(type.getName()).isIn(AllowedClasses.KEYS);
                keyed++;
            }
            for (var near : near(type)) {
                if (near.getName().startsWith("org.deeplearning4j")
                        || near.getName().startsWith("org.nd4j.linalg")
                        || near == Class.class
                        || near == Object.class) {
                    next.add(near);
                }
            }
        }
        assertThat(keyed).isGreaterThan(8);
        assertThat(reached).hasSizeGreaterThan(AllowedClasses.all().size());
    }

    /** Its supertypes but Object, and the types of its fields, without arrays' and lists' own. */
    private static Set<Class<?>> near(Class<?> type) {
        var near = new LinkedHashSet<Class<?>>(Set.of(type.getInterfaces()));
        if (type.getSuperclass() != null && type.getSuperclass() != Object.class) {
            near.add(type.getSuperclass());
        }
        boolean configuration =
                !type.isInterface() && !type.isEnum() && !type.getName().contains("ndarray");
        for (var field : configuration ? type.getDeclaredFields() : new Field[0]) {
            if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                add(field.getGenericType(), near);
            }
        }
        return near;
    }

    private static void add(Type type, Set<Class<?>> near) {
        if (type instanceof ParameterizedType parameterized) {
            for (var argument : parameterized.getActualTypeArguments()) {
                add(argument, near);
            }
        } else if (type instanceof Class<?> plain) {
            near.add(plain.isArray() ? plain.getComponentType() : plain);
        }
    }
}
