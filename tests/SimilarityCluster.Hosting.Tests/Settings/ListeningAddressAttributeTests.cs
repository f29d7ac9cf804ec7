using System.Net;
using SimilarityCluster.Hosting.Settings;

namespace SimilarityCluster.Hosting.Tests.Settings;

public sealed class ListeningAddressAttributeTests
{
    [Theory]
    [InlineData("127.0.0.1:7600", "127.0.0.1", 7600)]
    [InlineData("0.0.0.0:0", "0.0.0.0", 0)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("localhost:80", "127.0.0.1", 80)]
    public void TryParse_AddressAndPort_AreRead(string text, string address, int port)
    {
        Assert.True(ListeningAddressAttribute.TryParse(text, out var endPoint));
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), endPoint);
    }
}
