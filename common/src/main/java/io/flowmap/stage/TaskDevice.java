package io.flowmap.stage;

import io.flowmap.config.UserError;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.nd4j.linalg.factory.Nd4j;

/** The GPU of a task. */
public final class TaskDevice {
    private TaskDevice() {}

    /**
     * Has this thread compute on the GPU that Spark gave the running task. Without a GPU, or with the library for processors, it
     * computes where it did.
     *
     * @throws UserError if Spark's address is none of the devices of this machine
     */
    public static void use() {
        var devices = Nd4j.getAffinityManager();
        number(TaskContext.get().resourcesJMap(), devices.getNumberOfDevices()).ifPresent(devices::unsafeSetDevice);
    }

    /** The device to change to, of {@code devices} that there are; none where there is no choice. */
    static OptionalInt number(Map<String, ResourceInformation> resources, int devices) {
        var gpu = resources.get("gpu");
        if (gpu == null || devices < 2) {
            return OptionalInt.empty();
        }
        var address = gpu.addresses()[0];
        if (!address.matches("\\d{1,4}") || Integer.parseInt(address) >= devices) {
            throw new UserError("cannot use GPU " + address + ": expected a number below " + devices
                    + ", the devices that CUDA sees here (see spark.executor.resource.gpu.discoveryScript)");
        }
        return OptionalInt.of(Integer.parseInt(address));
    }
}
