// Runs Kafka's command-line tools one after another in this process, each as its script would, and keeps what each prints.
//
// Standard input: one command a line, fields separated by tabs: a name, the tool's class, its arguments.
// Standard output: for each command "\u0001<name>\u0001<exit code>\n" and then what the tool printed, on both streams.
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.utils.Exit;

public class RunTools {
    /** What a tool's attempt to end the process becomes. */
    static class Ended extends Error {
        final int code;

        Ended(int code) {
            super(null, null, false, false);
            this.code = code;
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        Exit.setExitProcedure((code, message) -> {
            if (message != null) {
                System.err.println(message);
            }
            throw new Ended(code);
        });
        Exit.setHaltProcedure((code, message) -> {
            throw new Ended(code);
        });
        Exit.setShutdownHookAdder((name, hook) -> { });
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] fields = line.split("\t", -1);
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8);
            System.setOut(both);
            System.setErr(both);
            int code = run(fields[1], Arrays.copyOfRange(fields, 2, fields.length));
            both.flush();
            answers.print("\u0001" + fields[0] + "\u0001" + code + "\n" + printed.toString(StandardCharsets.UTF_8) + "\n");
            answers.flush();
        }
        System.exit(0);
    }

    private static int run(String tool, String[] args) throws Exception {
        try {
            Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) args);
            return 0;
        } catch (InvocationTargetException wrapped) {
            Throwable cause = wrapped.getCause();
            for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
                if (inner instanceof Ended ended) {
                    return ended.code;
                }
            }
            // As the virtual machine does with what main throws.
            System.err.println("Exception in thread \"main\" " + cause);
            return 1;
        }
    }
}
