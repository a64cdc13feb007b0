/// Orders the structs of one client without gaps or overlaps, and writes them as a block.
struct BlockEncoder {
    private struct Output {
        /// Position of the record, or -1 for a Skip, or -2 for a GC.
        var record: Int
        /// Units cut off, or the length of a Skip or GC.
        var amount: UInt64
    }

    private var outputs: [Output] = []
    private var firstClock: UInt64 = 0
    private var end: UInt64 = 0

    /// Writes the run's structs from position `first` on, as far as they end after `floor`.
    ///
    /// - Returns: whether a block was written.
    mutating func write(
        _ run: StructRun,
        from first: Int? = nil,
        floor: UInt64 = 0,
        sources: [[UInt8]],
        into encoder: inout Lib0Encoder
    ) -> Bool {
        outputs.removeAll(keepingCapacity: true)
        end = floor
        for index in (first ?? run.records.startIndex)..<run.records.endIndex { add(run.records[index], at: index) }
        guard !outputs.isEmpty else { return false }
        encoder.writeVarUint(UInt64(outputs.count))
        encoder.writeVarUint(run.client)
        encoder.writeVarUint(firstClock)
        for output in outputs {
            switch output.record {
            case -1, -2:
                encoder.writeByte(output.record == -1 ? ContentRef.skip : ContentRef.gc)
                encoder.writeVarUint(output.amount)
            default:
                let record = run.records[output.record]
                let source = sources[Int(record.source)]
                StructWriter.write(record, of: run.client, from: source, cut: output.amount, into: &encoder)
            }
        }
        return true
    }

    private mutating func add(_ record: StructRecord, at index: Int) {
        if outputs.isEmpty {
            guard record.endClock > end else { return }
            firstClock = max(record.clock, end)
            end = firstClock
        }
        guard record.endClock > end else { return }
        if record.clock > end { outputs.append(Output(record: -1, amount: record.clock - end)) }
        let cut = end > record.clock ? end - record.clock : 0
        if !record.isGC {
            outputs.append(Output(record: index, amount: cut))
        } else if let last = outputs.last, last.record == -2 {
            outputs[outputs.count - 1].amount = last.amount + record.length - cut
        } else {
            outputs.append(Output(record: -2, amount: record.length - cut))
        }
        end = record.endClock
    }
}
