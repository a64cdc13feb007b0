import Foundation
import Yjs

/// Resident bytes of this process before and after it loaded documents.
struct MemoryUsage {
    var before: Int
    var after: Int

    static func measure(_ state: [UInt8], count: Int) throws -> MemoryUsage {
        // Once before, so that what is set up at the first use does not count.
        var documents = [try YDocument(state: state)]
        documents.reserveCapacity(count + 1)
        let before = try residentBytes()
        for _ in 0..<count { documents.append(try YDocument(state: state)) }
        let after = try residentBytes()
        precondition(documents.allSatisfy { !$0.hasPendingData })
        return MemoryUsage(before: before, after: after)
    }

    private static func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(getpagesize())
    }
}
