package io.flowmap.eval.feature;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;

/** A class that a hostile file names: if anything loads or restores it, it leaves a mark. */
public final class Trap implements Serializable {
    static final String MARK = "flowmap.test.trap";
    private static final long serialVersionUID = 1;

    static {
        System.setProperty(MARK, System.getProperty(MARK, "") + " loaded");
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        System.setProperty(MARK, System.getProperty(MARK, "") + " restored");
    }
}
