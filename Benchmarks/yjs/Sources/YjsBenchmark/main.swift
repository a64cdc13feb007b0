import Foundation
import Yjs

// The Swift side of `Benchmarks/run yjs`.
//
//   YjsBenchmark FOLDER                  reads one name of a job per line, answers each with nanoseconds of processor time
//   YjsBenchmark FOLDER memory NAME N    loads a document N times, prints resident bytes before and after

let arguments = CommandLine.arguments

/// Writes a line at once; `print` would keep it until its buffer is full.
func answer(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

do {
    let inputs = Inputs(folder: URL(fileURLWithPath: arguments[1]))
    if arguments.count == 5, arguments[2] == "memory", let count = Int(arguments[4]) {
        let usage = try MemoryUsage.measure(inputs.bytes(arguments[3]), count: count)
        answer("\(usage.before) \(usage.after)")
    } else {
        let jobs = try Jobs(inputs)
        while let name = readLine() { answer("\(try jobs.run(name))") }
    }
} catch {
    FileHandle.standardError.write(Data("YjsBenchmark: \(error)\n".utf8))
    exit(1)
}
