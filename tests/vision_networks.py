"""The architectures of real vision networks, every kind of layer present but narrow, with random weights.

`VISION` maps a name to (make, shape of one input). The factories take no argument and set no seed.
"""

import torch
import torch.nn.functional as F
from torch import nn


class LeNet(nn.Module):
    """Everything between the layers written as functions."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 3, 5, padding=2), nn.Conv2d(3, 4, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(16, 8), nn.Linear(8, 6), nn.Linear(6, 5)

    def forward(self, x):
        x = F.avg_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        return self.fc3(F.relu(self.fc2(x)))


class AlexNet(nn.Module):
    """The five convolutions and three linear layers of torchvision's, kernels and strides included."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 3, 11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(3, 4, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
            nn.Conv2d(4, 6, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(6, 5, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(5, 4, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(16, 8), nn.ReLU(True), nn.Dropout(), nn.Linear(8, 8), nn.ReLU(True), nn.Linear(8, 5)
        )

    def forward(self, x):
        x = torch.flatten(self.avgpool(self.features(x)), 1)
        return self.classifier(x)


class AlexNetOfThePaper(nn.Module):
    """Local response normalisation, and the two groups that once lay on two devices."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 5, stride=2, padding=2),
            nn.ReLU(inplace=True),
            nn.LocalResponseNorm(3),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(4, 6, 3, padding=1, groups=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(24, 8), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(8, 5)
        )

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class VGG(nn.Module):
    def __init__(self, batch_norm):
        super().__init__()
        layers, n_in = [], 3
        for width in (4, "M", 6, 6, "M"):
            if width == "M":
                layers.append(nn.MaxPool2d(2, 2))
            else:
                norm = [nn.BatchNorm2d(width)] if batch_norm else []
                layers += [nn.Conv2d(n_in, width, 3, padding=1), *norm, nn.ReLU(inplace=True)]
                n_in = width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((3, 3))
        self.classifier = nn.Sequential(nn.Linear(54, 8), nn.ReLU(True), nn.Dropout(), nn.Linear(8, 5))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, n_in, width, stride, downsample):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(n_in, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, n_in, width, stride, downsample):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(n_in, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, width * 4, 1, bias=False), nn.BatchNorm2d(width * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    """ResNet-18 with (2, 2, 2, 2) basic blocks, ResNet-50 with (3, 4, 6, 3) bottlenecks."""

    def __init__(self, block, n_blocks, width=2):
        super().__init__()
        self.n_in = width
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(width)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1 = self._stage(block, width, n_blocks[0], 1)
        self.layer2 = self._stage(block, width + 1, n_blocks[1], 2)
        self.layer3 = self._stage(block, width + 2, n_blocks[2], 2)
        self.layer4 = self._stage(block, width + 3, n_blocks[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear((width + 3) * block.expansion, 4)

    def _stage(self, block, width, n_blocks, stride):
        blocks = []
        for step in [stride] + [1] * (n_blocks - 1):
            downsample, n_out = None, width * block.expansion
            if step != 1 or self.n_in != n_out:
                downsample = nn.Sequential(nn.Conv2d(self.n_in, n_out, 1, step, bias=False), nn.BatchNorm2d(n_out))
            blocks.append(block(self.n_in, width, step, downsample))
            self.n_in = n_out
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class DenseLayer(nn.Module):
    def __init__(self, n_in, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(n_in), nn.Conv2d(n_in, 2 * growth, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(2 * growth), nn.Conv2d(2 * growth, growth, 3, padding=1, bias=False)

    def forward(self, features):
        x = torch.cat(features, 1)
        return self.conv2(F.relu(self.norm2(self.conv1(F.relu(self.norm1(x))))))


class DenseNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 3, padding=1, bias=False)
        self.layers = nn.ModuleList([DenseLayer(2 + 2 * i, 2) for i in range(3)])
        self.norm, self.conv, self.pool = nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1, bias=False), nn.AvgPool2d(2, 2)
        self.norm5, self.classifier = nn.BatchNorm2d(4), nn.Linear(4, 3)

    def forward(self, x):
        features = [self.stem(x)]
        for layer in self.layers:
            features.append(layer(features))
        x = self.pool(self.conv(F.relu(self.norm(torch.cat(features, 1)))))
        x = F.adaptive_avg_pool2d(F.relu(self.norm5(x), inplace=True), (1, 1))
        return self.classifier(torch.flatten(x, 1))


def conv_norm(n_in, n_out, kernel, stride=1, groups=1, activation=nn.ReLU6):
    layers = [nn.Conv2d(n_in, n_out, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)]
    return nn.Sequential(*layers, nn.BatchNorm2d(n_out), *([activation(inplace=True)] if activation else []))


class MobileNetV1(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [conv_norm(3, 4, 3, 2, activation=nn.ReLU)]
        for n_in, n_out, stride in ((4, 6, 1), (6, 8, 2), (8, 8, 1)):
            layers += [conv_norm(n_in, n_in, 3, stride, n_in, nn.ReLU), conv_norm(n_in, n_out, 1, activation=nn.ReLU)]
        self.model, self.fc = nn.Sequential(*layers), nn.Linear(8, 5)

    def forward(self, x):
        return self.fc(F.avg_pool2d(self.model(x), 3).view(-1, 8))


class InvertedResidual(nn.Module):
    def __init__(self, n_in, n_out, stride, expansion):
        super().__init__()
        hidden = n_in * expansion
        self.conv = nn.Sequential(
            *([conv_norm(n_in, hidden, 1)] if expansion > 1 else []),
            conv_norm(hidden, hidden, 3, stride, hidden),
            conv_norm(hidden, n_out, 1, activation=None),
        )
        self.residual = stride == 1 and n_in == n_out

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        blocks = [InvertedResidual(3, 2, 1, 1), InvertedResidual(2, 3, 2, 2), InvertedResidual(3, 3, 1, 2)]
        self.features = nn.Sequential(conv_norm(3, 3, 3, 2), *blocks, conv_norm(3, 6, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(6, 4))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class ShuffleUnit(nn.Module):
    """ShuffleNet v2: half of the channels pass by, and channels are shuffled by a view."""

    def __init__(self, half):
        super().__init__()
        self.branch = nn.Sequential(
            conv_norm(half, half, 1, activation=nn.ReLU),
            conv_norm(half, half, 3, 1, half, activation=None),
            conv_norm(half, half, 1, activation=nn.ReLU),
        )

    def forward(self, x):
        kept, changed = x.chunk(2, dim=1)
        x = torch.cat((kept, self.branch(changed)), dim=1)
        n, c, h, w = x.size()
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


class LayerNormChannels(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.dwconv, self.norm = nn.Conv2d(width, width, 7, padding=3, groups=width), nn.LayerNorm(width, eps=1e-6)
        self.pwconv1, self.act, self.pwconv2 = nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        self.gamma = nn.Parameter(torch.full((width,), 0.1))
        self.drop_path = nn.Identity()

    def forward(self, x):
        out = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        out = self.gamma * self.pwconv2(self.act(self.pwconv1(out)))
        return x + self.drop_path(out.permute(0, 3, 1, 2))


class ConvNeXt(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 3, 2, stride=2), LayerNormChannels(3))
        self.block1 = ConvNeXtBlock(3)
        self.downsample = nn.Sequential(LayerNormChannels(3), nn.Conv2d(3, 4, 2, stride=2))
        self.block2 = ConvNeXtBlock(4)
        self.norm, self.head = nn.LayerNorm(4), nn.Linear(4, 3)

    def forward(self, x):
        x = self.block2(self.downsample(self.block1(self.stem(x))))
        return self.head(self.norm(x.mean([-2, -1])))


class MixerBlock(nn.Module):
    def __init__(self, n_tokens, width):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.tokens = nn.Sequential(nn.Linear(n_tokens, 5), nn.GELU(), nn.Dropout(0.1), nn.Linear(5, n_tokens))
        self.channels = nn.Sequential(nn.Linear(width, 6), nn.GELU(), nn.Dropout(0.1), nn.Linear(6, width))

    def forward(self, x):
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 3, 2, stride=2)
        self.position = nn.Parameter(torch.randn(1, 9, 3))
        self.blocks = nn.Sequential(MixerBlock(9, 3), MixerBlock(9, 3))
        self.norm, self.head = nn.LayerNorm(3), nn.Linear(3, 4)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2) + self.position
        return self.head(self.norm(self.blocks(x)).mean(dim=1))


class ConvMixer(nn.Module):
    """A normalisation behind the activation function inside a residual branch, which nothing can fold."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 3, 2, stride=2), nn.GELU(), nn.BatchNorm2d(3))
        self.depthwise = nn.Sequential(nn.Conv2d(3, 3, 3, groups=3, padding="same"), nn.GELU(), nn.BatchNorm2d(3))
        self.pointwise = nn.Sequential(nn.Conv2d(3, 4, 1), nn.GELU(), nn.BatchNorm2d(4))
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))

    def forward(self, x):
        x = self.stem(x)
        return self.head(self.pointwise(self.depthwise(x) + x))


class Fire(nn.Module):
    """SqueezeNet: two branches of one squeeze, concatenated."""

    def __init__(self):
        super().__init__()
        self.squeeze, self.one, self.three = nn.Conv2d(2, 2, 1), nn.Conv2d(2, 3, 1), nn.Conv2d(2, 3, 3, padding=1)
        self.classifier = nn.Conv2d(6, 3, 1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        x = torch.cat([F.relu(self.one(x)), F.relu(self.three(x))], 1)
        return torch.flatten(F.adaptive_avg_pool2d(F.relu(self.classifier(x)), 1), 1)


class C3D(nn.Module):
    """Convolution and pooling over three axes, group normalisation."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv3d(1, 2, 3, padding=1, bias=False), nn.BatchNorm3d(2)
        self.pool1, self.pool2 = nn.MaxPool3d((1, 2, 2)), nn.AvgPool3d(2, ceil_mode=True)
        self.conv2, self.norm2 = nn.Conv3d(2, 4, (2, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.GroupNorm(2, 4)
        self.out, self.fc = nn.AdaptiveAvgPool3d((1, 2, 1)), nn.Linear(8, 3)

    def forward(self, x):
        x = self.pool1(F.relu(self.norm1(self.conv1(x))))
        x = self.pool2(F.silu(self.norm2(self.conv2(x))))
        return self.fc(self.out(x).flatten(1))


VISION = {
    "lenet": (LeNet, (1, 16, 16)),
    "alexnet": (AlexNet, (3, 95, 95)),
    "alexnet of the paper": (AlexNetOfThePaper, (3, 31, 31)),
    "vgg": (lambda: VGG(batch_norm=False), (3, 12, 12)),
    "vgg-bn": (lambda: VGG(batch_norm=True), (3, 12, 12)),
    "resnet18": (lambda: ResNet(BasicBlock, (2, 2, 2, 2)), (3, 33, 33)),
    "resnet50": (lambda: ResNet(Bottleneck, (3, 4, 6, 3)), (3, 35, 35)),
    "densenet": (DenseNet, (1, 6, 6)),
    "mobilenet-v1": (MobileNetV1, (3, 12, 12)),
    "mobilenet-v2": (MobileNetV2, (3, 12, 12)),
    "shufflenet-v2": (lambda: nn.Sequential(conv_norm(1, 6, 3), ShuffleUnit(3), ShuffleUnit(3)), (1, 5, 5)),
    "convnext": (ConvNeXt, (3, 12, 12)),
    "mixer": (Mixer, (3, 6, 6)),
    "convmixer": (ConvMixer, (3, 8, 8)),
    "squeezenet": (Fire, (2, 6, 6)),
    "c3d": (C3D, (1, 4, 8, 8)),
}


class SelfAttention(nn.Module):
    """Softmax attention written out."""

    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(4, 12), nn.Linear(4, 4)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out((q @ k.transpose(-2, -1) / 2.0).softmax(dim=-1) @ v)


class FlashAttention(SelfAttention):
    def forward(self, x):
        return self.out(F.scaled_dot_product_attention(*self.qkv(x).chunk(3, dim=-1)))


class EinsumAttention(SelfAttention):
    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        return self.out(torch.einsum("bqk,bkc->bqc", torch.einsum("bqc,bkc->bqk", q, k).softmax(-1), v))


class SqueezeExcitation(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.up = nn.Conv2d(2, 1, 1), nn.Conv2d(1, 2, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))))


class VisionTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.norm = nn.Conv2d(1, 4, 2, stride=2), nn.LayerNorm(4)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        y = self.norm(x)
        return self.head((x + self.attention(y, y, y, need_weights=False)[0]).mean(1))


def block(module):
    """A network around a module at the path "block"."""
    network = nn.Sequential()
    network.add_module("block", module)
    return network


# name -> (make, shape, module in the way, its type, function)
NOT_YET = {
    "softmax attention": (lambda: block(SelfAttention()), (3, 4), "block", "SelfAttention", "matmul"),
    "scaled dot product": (
        lambda: block(FlashAttention()), (3, 4), "block", "FlashAttention", "scaled_dot_product_attention",
    ),
    "einsum": (lambda: block(EinsumAttention()), (3, 4), "block", "EinsumAttention", "einsum"),
    "transformer layer": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2), (3, 4),
        "layers.0.self_attn", "MultiheadAttention", "multi_head_attention_forward",
    ),
    "vision transformer": (
        VisionTransformer, (1, 4, 4), "attention", "MultiheadAttention", "multi_head_attention_forward",
    ),
    "squeeze and excitation": (lambda: block(SqueezeExcitation()), (2, 4, 4), "block", "SqueezeExcitation", "mul"),
    "lstm": (lambda: nn.Sequential(nn.LSTM(4, 3, batch_first=True)), (3, 4), "0", "LSTM", "lstm"),
}  # fmt: skip
