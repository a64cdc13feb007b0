import Foundation

/// The files that both sides of the benchmark read.
struct Inputs {
    let folder: URL

    func bytes(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Updates, each after its length as four bytes, least significant first.
    func updates(_ name: String) throws -> [[UInt8]] {
        let all = try bytes(name)
        var updates: [[UInt8]] = []
        var position = 0
        while position + 4 <= all.count {
            let length = (0..<4).reduce(0) { $0 | Int(all[position + $1]) << (8 * $1) }
            position += 4
            updates.append(Array(all[position..<position + length]))
            position += length
        }
        return updates
    }
}
