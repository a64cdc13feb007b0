import Foundation
import Yjs

/// The jobs that are timed, each on inputs that were read before.
struct Jobs {
    private let appends: [[UInt8]]
    private let inserts: [[UInt8]]
    private let state: [UInt8]
    private let behind: StateVector
    private let document: YDocument

    enum Failure: Error { case unknown(String) }

    init(_ inputs: Inputs) throws {
        appends = try inputs.updates("appends")
        inserts = try inputs.updates("inserts")
        state = try inputs.bytes("document")
        behind = try StateVector(decoding: inputs.bytes("behind"))
        document = try YDocument(state: state)
    }

    /// Runs a job and answers its nanoseconds of processor time.
    func run(_ name: String) throws -> Int64 {
        switch name {
        case "apply-appends": try time(1) { try apply(appends) }
        case "apply-inserts": try time(1) { try apply(inserts) }
        case "merge": try time(1) { try YUpdate.merge(inserts).count }
        case "diff-empty": time(3) { document.encodeState().count }
        case "diff-behind": time(50) { document.encodeState(from: behind).count }
        case "bytes-empty": try time(3) { try YUpdate.diff(state, from: StateVector()).count }
        case "bytes-behind": try time(3) { try YUpdate.diff(state, from: behind).count }
        case "load": try time(1) { try YDocument(state: state).stateVector.clocks.count }
        default: throw Failure.unknown(name)
        }
    }

    private func apply(_ updates: [[UInt8]]) throws -> Int {
        var document = YDocument()
        for update in updates { try document.apply(update) }
        return document.stateVector.clocks.count
    }

    private func time(_ repetitions: Int, _ job: () throws -> Int) rethrows -> Int64 {
        var checksum = 0
        let start = nanosecondsOfThread()
        for _ in 0..<repetitions { checksum &+= try job() }
        let spent = nanosecondsOfThread() - start
        precondition(checksum > 0)
        return spent / Int64(repetitions)
    }

    /// Processor time, which other programs lengthen less than they lengthen what a clock on the wall says.
    private func nanosecondsOfThread() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
