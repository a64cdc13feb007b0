/// Called by libFuzzer once per execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let input = FuzzInput(UnsafeBufferPointer(start: start, count: count)) else { return 0 }
    FuzzEntryPoints.run(input)
    return 0
}
