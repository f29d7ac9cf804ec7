using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace SimilarityCluster.Hosting.Roles;

/// <summary>Finds ports for Orleans, which cannot be told to take any.</summary>
/// <remarks>
/// The ports lie below the range from which systems serve outgoing connections (32,768 and up on Linux), so
/// that no client socket takes one between the look and the use; a random start keeps processes that start
/// together apart.
/// </remarks>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 9_000;

    /// <summary>Finds one port, or takes the given one.</summary>
    /// <param name="address">Where it is listened on.</param>
    /// <param name="wanted">The port; 0 for a free one.</param>
    /// <returns>The port.</returns>
    /// <exception cref="IOException">Every port is taken.</exception>
    public static int Choose(IPAddress address, int wanted)
    {
        if (wanted != 0)
        {
            return wanted;
        }

        var start = RandomNumberGenerator.GetInt32(Count);
        for (var step = 0; step < Count; step++)
        {
            var port = First + ((start + step) % Count);
            if (IsFree(address, port))
            {
                return port;
            }
        }

        throw new IOException($"No port of {First} to {First + Count - 1} is free on {address}.");
    }

    private static bool IsFree(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port) { ExclusiveAddressUse = true };
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }
}
