using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;

namespace SimilarityCluster.Hosting.Settings;

/// <summary>
/// Demands an address and a port, for instance <c>127.0.0.1:7600</c>, <c>[::1]:0</c> or <c>localhost:0</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListeningAddressAttribute : ValidationAttribute
{
    /// <summary>Makes the demand.</summary>
    public ListeningAddressAttribute()
        : base("{0}: expected an IP address and a port, for instance 127.0.0.1:7600.")
    {
    }

    /// <summary>Reads an address and a port.</summary>
    /// <param name="text">The text; the port must be there.</param>
    /// <param name="endPoint">What it says.</param>
    /// <returns>Whether it says an address and a port.</returns>
    public static bool TryParse(string? text, out IPEndPoint endPoint)
    {
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon > 0 && ushort.TryParse(
                text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            var host = text.AsSpan(0, colon);
            if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            {
                endPoint = new IPEndPoint(IPAddress.Loopback, port);
                return true;
            }

            // "::1" without brackets would take its last group for the port.
            if (IPAddress.TryParse(host, out var address) && (host[0] == '[' || !host.Contains(':')))
            {
                endPoint = new IPEndPoint(address, port);
                return true;
            }
        }

        endPoint = new IPEndPoint(IPAddress.None, 0);
        return false;
    }

    /// <summary>Reads an address and a port that have been checked.</summary>
    /// <param name="text">The text.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It is no address with a port.</exception>
    internal static IPEndPoint Parse(string text) =>
        TryParse(text, out var endPoint)
            ? endPoint
            : throw new FormatException($"Expected an IP address and a port, given '{text}'.");

    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || TryParse(value as string, out _);

    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        IsValid(value)
            ? ValidationResult.Success
            : new ValidationResult(
                $"{FormatErrorMessage(validationContext?.DisplayName ?? string.Empty)} Given '{value}'.");
}
